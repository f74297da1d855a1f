export interface Job<T> {
  /** one such at a time */
  exclusive: boolean;
  work(): Promise<T>;
}

/** Runs jobs `width` at a time, in order where it can; results in the order of the jobs. */
export async function schedule<T>(jobs: readonly Job<T>[], width: number): Promise<T[]> {
  const results: T[] = [];
  const waiting = jobs.map((job, index) => ({ job, index }));
  let taken = false;
  const worker = async (): Promise<void> => {
    for (;;) {
      const next = waiting.findIndex(({ job }) => !job.exclusive || !taken);
      const [entry] = next < 0 ? [] : waiting.splice(next, 1);
      if (!entry) return;
      if (entry.job.exclusive) taken = true;
      try {
        results[entry.index] = await entry.job.work();
      } finally {
        if (entry.job.exclusive) taken = false;
      }
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}
