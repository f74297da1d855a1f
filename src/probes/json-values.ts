import type { Line } from './document.ts';

/** JSON objects and arrays in a text: the whole text, one a line, or standing alone between other lines. */
export function jsonValues(lines: readonly Line[]): { value: unknown; line: number }[] {
  const values: { value: unknown; line: number }[] = [];
  for (let i = 0; i < lines.length; i++) {
    const opening = /^\s*([{[])/.exec(lines[i]?.text ?? '')?.[1];
    if (!opening) continue;
    const end = closingLine(lines, i, opening === '{' ? '}' : ']');
    if (end === undefined) continue;
    try {
      const text = lines
        .slice(i, end + 1)
        .map((line) => line.text)
        .join('\n');
      values.push({ value: JSON.parse(text), line: lines[i]?.n ?? 0 });
      i = end;
    } catch {
      // not JSON: a log line that begins with a bracket
    }
  }
  return values;
}

/** The line where the bracket that opens line `from` is closed, outside strings; undefined if never. */
function closingLine(lines: readonly Line[], from: number, closing: string): number | undefined {
  let depth = 0;
  let inString = false;
  for (let i = from; i < lines.length; i++) {
    const text = lines[i]?.text ?? '';
    for (let at = 0; at < text.length; at++) {
      const char = text[at];
      if (inString) {
        if (char === '\\') at++;
        else if (char === '"') inString = false;
      } else if (char === '"') inString = true;
      else if (char === '{' || char === '[') depth++;
      else if (char === '}' || char === ']') {
        depth--;
        if (depth === 0) return char === closing && text.slice(at + 1).trim() === '' ? i : undefined;
        if (depth < 0) return undefined;
      }
    }
    inString = false; // JSON strings never cross a line
  }
  return undefined;
}
