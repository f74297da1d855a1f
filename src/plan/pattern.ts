/** Every match of `pattern` in `text`: its first group, else the whole match. */
export function allMatches(text: string, pattern: string): string[] {
  return [...text.matchAll(new RegExp(pattern, 'gm'))].map((match) => match[1] ?? match[0]);
}

/** The first match's first group, else the whole match. */
export function firstMatch(text: string, pattern: string): string | undefined {
  const match = new RegExp(pattern, 'm').exec(text);
  return match ? (match[1] ?? match[0]) : undefined;
}
