import { UllageError } from '../host/host.ts';
import { shellScript } from '../plan/shell-script.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { byHand, planFor } from './make-plan.ts';
import { planLines, procedureLines } from './render/plan.ts';
import { styleFor } from './render/style.ts';
import { print } from './show.ts';

/** `ullage plan [REMEDY] [HOST] [--on SUBJECT] [--set key=value]`: what exactly would be done. Changes nothing. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('plan', argv, {
    on: { type: 'string' },
    set: { type: 'string', multiple: true },
    json: { type: 'boolean' },
    format: { type: 'string' },
    output: { type: 'string', short: 'o' },
    force: { type: 'boolean' },
    capture: { type: 'string' },
    timeout: { type: 'string' },
    'no-color': { type: 'boolean' },
  });
  const spec = positionals.find((word) => word.startsWith('ssh://') || word === 'local');
  const [remedy, ...more] = positionals.filter((word) => word !== spec);
  if (more.length > 0) throw new UllageError('more than one remedy given', more.join(' '), 'One plan, one remedy');
  const format = values.format ?? (values.json ? 'json' : 'text');
  if (!['text', 'json', 'sh'].includes(format))
    throw new UllageError('no such format', `--format ${format}`, 'text, json or sh');
  const procedure = remedy === undefined ? undefined : byHand(remedy);
  if (procedure && format === 'text') {
    print(procedureLines(procedure, await styleFor(process.stdout, values['no-color'] === true)));
    return EXIT.healthy;
  }
  const capture = values.capture === undefined ? undefined : await replay(values.capture);
  const host = capture ?? (await open(spec));
  try {
    const plan = await planFor(host, {
      settings: settingsOf(values.set ?? []),
      timeoutMs: timeoutOf(values.timeout),
      ...(capture ? { capture } : {}),
      ...(remedy === undefined ? {} : { remedy }),
      ...(values.on === undefined ? {} : { on: values.on }),
      ...(spec?.startsWith('ssh://') ? { spec } : {}),
    });
    const json = JSON.stringify(plan, null, 2);
    if (values.output !== undefined) {
      const { writeNewFile } = await import('../host/write-file.ts');
      writeNewFile(values.output, `${json}\n`, values.force === true);
    }
    if (format === 'json') print([json]);
    else if (format === 'sh') print([shellScript(plan)]);
    else print(planLines(plan, await styleFor(process.stdout, values['no-color'] === true), values.output));
    return EXIT.healthy;
  } finally {
    await host.close();
  }
}

async function open(spec: string | undefined) {
  const { openHost } = await import('../host/open.ts');
  return openHost(spec);
}

async function replay(path: string) {
  const { captureHost } = await import('../host/capture.ts');
  return captureHost(path);
}

function settingsOf(given: readonly string[]): Map<string, string> {
  return new Map(
    given.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UllageError('not a setting', `--set ${text}`, 'Write --set name=value');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
