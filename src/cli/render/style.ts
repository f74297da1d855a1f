import type { Severity } from '../../causes/cause.ts';

/** How to print: colours or none, and the width of the terminal. */
export interface Style {
  width: number;
  bold(text: string): string;
  dim(text: string): string;
  severity(severity: Severity, text: string): string;
}

const NARROWEST = 40;

/** A style for a stream: plain unless it is a terminal and NO_COLOR is not set (no-color.org). */
export async function styleFor(stream: { isTTY?: boolean; columns?: number }, noColor: boolean): Promise<Style> {
  const width = Math.max(NARROWEST, Math.min(stream.columns ?? 100, 120));
  const colours = stream.isTTY === true && !noColor && !process.env['NO_COLOR'] && process.env['TERM'] !== 'dumb';
  if (!colours) return { width, bold: same, dim: same, severity: (_, text) => text };
  const { default: picocolors } = await import('picocolors');
  const c = picocolors.createColors(true);
  return {
    width,
    bold: c.bold,
    dim: c.dim,
    severity: (severity, text) =>
      c.bold(severity === 'critical' ? c.red(text) : severity === 'warning' ? c.yellow(text) : c.cyan(text)),
  };
}

function same(text: string): string {
  return text;
}

/** Words into lines of at most `width`, each after `indent`. A word longer than that is cut. */
export function wrap(text: string, width: number, indent: string): string[] {
  const room = Math.max(10, width - indent.length);
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/).filter((one) => one !== '')) {
    let rest = word;
    if (line !== '' && line.length + 1 + rest.length > room) {
      lines.push(line);
      line = '';
    }
    while (rest.length > room) {
      lines.push(rest.slice(0, room));
      rest = rest.slice(room);
    }
    line = line === '' ? rest : `${line} ${rest}`;
  }
  if (line !== '') lines.push(line);
  return lines.map((one) => indent + one);
}
