/** What is wrong with a value, with where it stands: `steps[2].run: not a list`. Undefined: nothing. */
export type Shape = (value: unknown, at: string) => string | undefined;

const oneOf =
  (kind: 'string' | 'number' | 'boolean', called: string): Shape =>
  (value, at) =>
    // `1e400` is JSON, and read as Infinity
    typeof value === kind && (kind !== 'number' || Number.isFinite(value)) ? undefined : `${at}: not ${called}`;
export const text = oneOf('string', 'text');
export const number = oneOf('number', 'a number');
export const flag = oneOf('boolean', 'true or false');

export const word =
  (...words: string[]): Shape =>
  (value, at) =>
    typeof value === 'string' && words.includes(value) ? undefined : `${at}: not one of ${words.join(', ')}`;

export const listOf =
  (shape: Shape): Shape =>
  (value, at) => {
    if (!Array.isArray(value)) return `${at}: not a list`;
    for (const [index, one] of value.entries()) {
      const wrong = shape(one, `${at}[${index}]`);
      if (wrong) return wrong;
    }
    return undefined;
  };

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const pathOf = (at: string, name: string): string => (at === '' ? name : `${at}.${name}`);

/** An object with these names; others may stand there as well. */
export const fields =
  (needed: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape =>
  (value, at) => {
    if (!isRecord(value)) return `${at || 'the document'}: not an object`;
    for (const [name, shape] of Object.entries(needed)) {
      const path = pathOf(at, name);
      const wrong = Object.hasOwn(value, name) ? shape(value[name], path) : `${path}: missing`;
      if (wrong) return wrong;
    }
    for (const [name, shape] of Object.entries(optional)) {
      const wrong = Object.hasOwn(value, name) ? shape(value[name], pathOf(at, name)) : undefined;
      if (wrong) return wrong;
    }
    return undefined;
  };

/** A name that is not known is refused: a check that is spelt wrongly would be left out unseen. */
export const record =
  (needed: Record<string, Shape>, optional: Record<string, Shape> = {}): Shape =>
  (value, at) => {
    const other =
      isRecord(value) &&
      Object.keys(value).find((name) => !Object.hasOwn(needed, name) && !Object.hasOwn(optional, name));
    return typeof other === 'string' ? `${pathOf(at, other)}: no such name there` : fields(needed, optional)(value, at);
  };

export const texts: Shape = (value, at) => {
  if (!isRecord(value)) return `${at}: not an object`;
  for (const [name, one] of Object.entries(value)) if (typeof one !== 'string') return `${at}.${name}: not text`;
  return undefined;
};
