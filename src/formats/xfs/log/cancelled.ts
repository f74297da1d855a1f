/**
 * Buffers that were freed: what the log says of them before must not be written over what took
 * their place. Counted as xlog_recover_buffer_pass1() does, so that what comes after the last
 * cancellation is applied again.
 */
export class Cancelled {
  private readonly counts = new Map<string, number>();

  add(sector: number, sectors: number): void {
    const key = `${sector} ${sectors}`;
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  has(sector: number, sectors: number): boolean {
    return this.counts.has(`${sector} ${sectors}`);
  }

  /** One of its cancellations was passed. */
  take(sector: number, sectors: number): void {
    const key = `${sector} ${sectors}`;
    const left = (this.counts.get(key) ?? 0) - 1;
    if (left > 0) this.counts.set(key, left);
    else this.counts.delete(key);
  }
}
