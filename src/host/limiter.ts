/** Lets at most `width` works run at a time; the others wait in order. */
export function limiter(width: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (work) => {
    if (running >= width) await new Promise<void>((go) => waiting.push(go));
    else running++;
    try {
      return await work();
    } finally {
      // the place goes straight to the next one, so that no newcomer slips in between
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
