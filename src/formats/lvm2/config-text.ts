import { FormatError } from '../format-error.ts';

/** A section of LVM's configuration text: `name { … }`, `name = value`. */
export interface Section {
  [name: string]: Value | Section;
}
export type Value = number | string | (number | string)[];

/** Deepest section in metadata is 4 (volume group, volumes, volume, segment). */
const DEEPEST = 16;

/**
 * LVM's text format as it stands in metadata areas and in /etc/lvm/backup: sections, numbers,
 * quoted strings, lists, comments.
 * @throws FormatError with the byte where it stops to make sense
 */
export function parseConfig(source: string, name: string): Section {
  const tokens = /\s+|#[^\n]*|([A-Za-z0-9_.+/@-]+)|"((?:[^"\\]|\\.)*)"|([={}[\],])/gy;
  let at = 0;
  let word: string | undefined;
  let quoted: string | undefined;
  let sign: string | undefined;
  const fail = (what: string): never => {
    throw new FormatError(`LVM metadata text: ${what}`, name, at);
  };
  /** false at the end of the text */
  const next = (): boolean => {
    while (tokens.lastIndex < source.length) {
      at = tokens.lastIndex;
      const match = tokens.exec(source);
      if (!match) {
        tokens.lastIndex = source.length;
        return source.charCodeAt(at) === 0 ? false : fail('character that belongs nowhere');
      }
      [, word, quoted, sign] = match;
      if (word !== undefined || quoted !== undefined || sign !== undefined) return true;
    }
    word = quoted = sign = undefined;
    return false;
  };
  const scalar = (): number | string => {
    if (quoted !== undefined) return quoted.replace(/\\(.)/g, '$1');
    if (word === undefined) return fail('a value is missing');
    return /^-?\d+(\.\d+)?$/.test(word) ? Number(word) : word;
  };
  const list = (): (number | string)[] => {
    const items: (number | string)[] = [];
    for (;;) {
      if (!next()) return fail('a list does not end');
      if (sign === ']') return items;
      if (sign === ',') continue;
      items.push(scalar());
    }
  };
  const value = (): Value => {
    if (!next()) return fail('a value is missing');
    return sign === '[' ? list() : scalar();
  };
  const section = (depth: number): Section => {
    if (depth > DEEPEST) return fail('sections are nested too deeply');
    const found: Section = Object.create(null) as Section;
    while (next()) {
      if (sign === '}') return depth > 0 ? found : fail('a section ends that never began');
      const key = word ?? fail('a name is missing');
      if (!next()) return fail('a value is missing');
      if (sign === '{') found[key] = section(depth + 1);
      else if (sign === '=') found[key] = value();
      else return fail('neither a value nor a section follows a name');
    }
    return depth === 0 ? found : fail('a section does not end');
  };
  return section(0);
}
