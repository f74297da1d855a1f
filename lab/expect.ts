/** Assertions of incidents: an error says what was expected and what was there. */

export function contains(text: string, wanted: string | RegExp, what: string): void {
  const there = typeof wanted === 'string' ? text.includes(wanted) : wanted.test(text);
  if (!there) throw new Error(`${what}: expected ${String(wanted)}, got: ${text.trim().slice(-1500)}`);
}

export function holds(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** The line of `text` that holds `wanted`: the error as the machine printed it. */
export function lineWith(text: string, wanted: string | RegExp, what: string): string {
  contains(text, wanted, what);
  const lines = text.split('\n');
  const line = lines.find((one) => (typeof wanted === 'string' ? one.includes(wanted) : wanted.test(one)));
  return (line ?? text).trim();
}

export const sleep = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));

/** Asks until the answer is not undefined; throws after `seconds`. */
export async function eventually<T>(seconds: number, what: string, ask: () => Promise<T | undefined>): Promise<T> {
  const end = performance.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(0.5);
  }
}

/** What `work` threw, in a line; undefined when it did not. */
export async function failsWith(work: () => Promise<unknown>): Promise<string | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).trim().replaceAll(/\s+/g, ' ').slice(0, 600);
  }
}
