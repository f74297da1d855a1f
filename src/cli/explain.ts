import { explainText } from '../causes/explain.ts';
import { causes } from '../causes/index.ts';
import { UllageError } from '../host/host.ts';
import { readPaste } from '../host/paste.ts';
import { probes } from '../probes/index.ts';
import { remedies } from '../remedies/index.ts';
import { parseVerb } from './arguments.ts';
import { EXIT, exitStatus } from './exit-status.ts';
import { causePage } from './render/cause-page.ts';
import { styleFor } from './render/style.ts';
import { print, SHOW_OPTIONS, show } from './show.ts';

const NOTHING =
  'Nothing in this text tells of a full disk or another limit. Paste the error message with the lines around it, and what these print: df -hT; df -i; docker info.';

/** `ullage explain [FILE|-|CAUSE-ID]` */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('explain', argv, SHOW_OPTIONS);
  const [what = '-', ...more] = positionals;
  if (more.length > 0)
    throw new UllageError(
      'more than one text given',
      `ullage explain ${positionals.join(' ')}`,
      'Give one file, or - to read standard input',
    );
  const cause = causes.find((one) => one.id === what);
  if (cause) {
    if (values.json) {
      const { find: _, ...page } = cause;
      print([JSON.stringify(page, null, 2)]);
    } else print(causePage(cause, remedies, await styleFor(process.stdout, values['no-color'] === true)));
    return EXIT.healthy;
  }
  if (what === '-' && process.stdin.isTTY) process.stderr.write('Paste the text, then Ctrl-D:\n');
  const text = await readPaste(what);
  if (text.trim() === '')
    throw new UllageError(
      'nothing to explain: the text is empty',
      what === '-' ? 'standard input' : what,
      'Paste an error message, a log or the output of df',
    );
  const report = explainText(text, probes, causes);
  await show(report, values, causes, what === '-' ? 'ullage explain -' : `ullage explain ${what}`, NOTHING);
  return exitStatus(report, report.findings.length > 0 || report.stack.length > 0);
}
