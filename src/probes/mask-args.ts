/** Options and variables whose value is a secret. */
const SECRET =
  /(?:pass(?:word|wd)?|secret|token|credential|auth(?!orization-plugin)|api-?key|access-?key|private-?key)/i;

/** Arguments without the secrets in them: values of `--…token x`, `--password=x`, and `user:password@` in URLs. */
export function maskArgs(args: readonly string[]): string[] {
  return args.map((word, index) => {
    const option = /^(-{0,2}[\w.-]+)=(.*)$/s.exec(word);
    if (option?.[1] && SECRET.test(option[1])) return `${option[1]}=***`;
    const before = args[index - 1] ?? '';
    if (/^--?[\w-]+$/.test(before) && SECRET.test(before) && !word.startsWith('-')) return '***';
    return word.replace(/:\/\/[^/@\s]{1,200}@/, '://***@');
  });
}

/** The same for a configuration read as a value: strings under a secret's name, at any depth. */
export function maskValues(value: unknown, name = '', depth = 0): unknown {
  if (depth > 32) return undefined;
  if (typeof value === 'string') return SECRET.test(name) ? '***' : value.replace(/:\/\/[^/@\s]{1,200}@/, '://***@');
  if (Array.isArray(value)) return value.map((one) => maskValues(one, name, depth + 1));
  if (typeof value !== 'object' || value === null) return typeof value === 'bigint' ? Number(value) : value;
  if (value instanceof Date) return value.toISOString();
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, maskValues(one, key, depth + 1)]));
}
