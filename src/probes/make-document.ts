import { cleanLines } from './clean.ts';
import type { Document, Line, Origin } from './document.ts';
import { type JsonValue, jsonValues } from './json-values.ts';

/** Wraps one text as a document: cleaned lines and the JSON values in it (read when first asked for). */
export function makeDocument(origin: Origin, stdout: string, stderr = '', exitCode?: number): Document {
  const lines = cleanLines(stdout, origin.kind === 'paste');
  const text = lines.map((line) => line.text).join('\n');
  const errorLines: Line[] = stderr === '' ? [] : cleanLines(stderr, false);
  let json: JsonValue[] | undefined;
  return {
    origin,
    lines,
    text,
    get json() {
      json ??= jsonValues(lines);
      return json;
    },
    stderr: errorLines,
    ...(exitCode === undefined ? {} : { exitCode }),
  };
}
