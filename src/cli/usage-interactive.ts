import { UllageError } from '../host/host.ts';
import type { UsageDocument } from '../usage/document.ts';
import type { Ledger } from '../usage/ledger.ts';
import { styleFor } from './render/style.ts';
import { markedLines, press, startView, viewLines } from './render/usage-view.ts';

/** Alternate screen without a cursor (xterm's 1049 and DEC's 25), and back. */
const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
/** Arrows and page keys come as several characters at once; pasted letters as well. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters
const KEYS = /\u001b\[[0-9;]*[A-Za-z~]|[\s\S]/g;

/** A view to walk in and mark; gives the marked ids, as --delete takes them, when it is left. @throws UllageError without a terminal */
export async function usageInteractive(
  document: UsageDocument,
  ledgers: readonly Ledger[],
  noColor: boolean,
): Promise<string[]> {
  const { stdin, stdout } = process;
  if (!stdin.isTTY || !stdout.isTTY)
    throw new UllageError('needs a terminal', 'ullage usage --interactive', 'Run it in one, or use --json');
  const style = await styleFor(stdout, noColor);
  const state = startView(document, ledgers);
  const draw = (): void => {
    const lines = viewLines(state, style, stdout.rows || 24, stdout.columns || 80);
    stdout.write(`\u001b[H${lines.map((line) => `${line}\u001b[K`).join('\r\n')}\u001b[J`);
  };
  stdout.write(ENTER);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdout.on('resize', draw);
  try {
    draw();
    for await (const chunk of stdin) {
      for (const [key] of String(chunk).matchAll(KEYS)) press(state, key);
      if (state.done) break;
      draw();
    }
  } finally {
    stdout.off('resize', draw);
    stdin.setRawMode(false);
    stdout.write(LEAVE);
  }
  return markedLines(state);
}
