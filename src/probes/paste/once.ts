/** Lines remembered; a log that says more different things than this is read line by line. */
const MOST = 20_000;

/** Says whether a line comes for the first time: a log repeats itself, and its facts are counted once. */
export function firstTime(): (line: string) => boolean {
  const seen = new Set<string>();
  return (line) => {
    if (seen.has(line)) return false;
    if (seen.size < MOST && line.length < 4000) seen.add(line);
    return true;
  };
}
