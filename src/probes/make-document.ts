import { cleanLines } from './clean.ts';
import type { Document, Line, Origin } from './document.ts';
import { jsonValues } from './json-values.ts';

/** Wraps one text as a document: cleaned lines and the JSON values in it. */
export function makeDocument(origin: Origin, stdout: string, stderr = '', exitCode?: number): Document {
  const lines = cleanLines(stdout, origin.kind === 'paste');
  const text = lines.map((line) => line.text).join('\n');
  const errorLines: Line[] = stderr === '' ? [] : cleanLines(stderr, false);
  return { origin, lines, text, json: jsonValues(lines), stderr: errorLines, ...(exitCode === undefined ? {} : { exitCode }) };
}
