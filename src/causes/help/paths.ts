/** True when `path` is `directory` or lies below it. Both absolute; a trailing slash does not matter. */
export function under(path: string, directory: string): boolean {
  const base = directory === '/' ? '' : directory.replace(/\/+$/, '');
  return path === base || path === directory || path.startsWith(`${base}/`);
}

/** The longest of `directories` that holds `path`. */
export function longestHolder(path: string, directories: Iterable<string>): string | undefined {
  let best: string | undefined;
  for (const directory of directories) {
    if (under(path, directory) && (best === undefined || directory.length > best.length)) best = directory;
  }
  return best;
}
