/** Paths as another process sees them, reached through its root directory (proc(5), /proc/pid/root). */

export const throughProcess = (pid: number, path: string): string => `/proc/${pid}/root${path}`;

/** The process and its own name for the path, when it is such a one. */
export function ofProcess(path: string): { pid: number; path: string } | undefined {
  const match = /^\/proc\/(\d{1,10})\/root(\/.*)$/.exec(path);
  return match?.[1] && match[2] ? { pid: Number(match[1]), path: match[2] } : undefined;
}
