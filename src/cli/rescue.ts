import { UllageError } from '../host/host.ts';
import { safeText } from '../probes/clean.ts';
import { findFiles, findImage } from '../rescue/find-subject.ts';
import { takeImage } from '../rescue/image/take-image.ts';
import { listSource } from '../rescue/list.ts';
import { openRescueSource } from '../rescue/open-source.ts';
import type { RescueReport } from '../rescue/report.ts';
import type { RescueSource } from '../rescue/source.ts';
import { takeContainer } from '../rescue/take-container.ts';
import { type TakeOptions, takeFiles, toldError } from '../rescue/take-files.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { progressTeller } from './progress.ts';
import { reportOfRescue, rescueTable } from './render/rescue.ts';
import { serveDevice } from './serve-device.ts';
import { print } from './show.ts';

const OPTIONS = {
  to: { type: 'string' },
  data: { type: 'string' },
  metadata: { type: 'string' },
  'docker-root': { type: 'string' },
  disk: { type: 'string', multiple: true },
  pool: { type: 'string' },
  driver: { type: 'string' },
  format: { type: 'string' },
  nbd: { type: 'string' },
  force: { type: 'boolean' },
  resume: { type: 'boolean' },
  json: { type: 'boolean' },
  quiet: { type: 'boolean' },
  'no-color': { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseVerb<typeof OPTIONS>>['values'];
type Verb = (source: RescueSource, rest: readonly string[], values: Values) => number | Promise<number>;

const VERBS = new Map<string, { run: Verb; usage: string; arguments: readonly [number, number] }>(
  Object.entries({
    ls: { run: ls, usage: 'ls SOURCE', arguments: [0, 0] },
    files: { run: files, usage: 'files SOURCE CONTAINER [PATH] --to DIR|FILE.tar', arguments: [0, 2] },
    container: { run: container, usage: 'container SOURCE NAME --to FILE.tar', arguments: [1, 1] },
    device: { run: device, usage: 'device SOURCE ID --nbd unix:SOCKET', arguments: [1, 1] },
    image: { run: image, usage: 'image SOURCE NAME --to FILE.tar [--format docker-archive|oci]', arguments: [1, 1] },
  }),
);

/** `ullage rescue VERB SOURCE …`: files, containers and images out of storage that no daemon or kernel opens. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('rescue', argv, OPTIONS);
  const [name = '', ...words] = positionals;
  const verb = VERBS.get(name);
  if (!verb)
    throw new UllageError(
      'no such verb',
      `ullage rescue ${name}`.trim(),
      `Verbs: ${[...VERBS.values()].map((one) => one.usage).join('; ')}`,
    );
  if ((values.data === undefined) !== (values.metadata === undefined))
    throw new UllageError(
      'only one half of a pool is given',
      `--${values.data === undefined ? 'metadata' : 'data'}`,
      'A thin pool is two files or devices: give --data and --metadata',
    );
  // with --metadata the pool is named already
  const named = values.metadata === undefined ? 1 : 0;
  const rest = words.slice(named);
  if (words.length < named || rest.length < verb.arguments[0] || rest.length > verb.arguments[1])
    throw new UllageError(
      'not the right number of arguments',
      `ullage rescue ${argv.join(' ')}`,
      `ullage rescue ${verb.usage}`,
    );
  let source: RescueSource | undefined;
  try {
    source = openRescueSource({
      sources: [...words.slice(0, named), ...(values.disk ?? [])],
      ...(values.data === undefined ? {} : { data: values.data }),
      ...(values.metadata === undefined ? {} : { metadata: values.metadata }),
      ...(values['docker-root'] === undefined ? {} : { dockerRoot: values['docker-root'] }),
      ...(values.pool === undefined ? {} : { pool: values.pool }),
      ...(values.driver === undefined ? {} : { driver: values.driver }),
    });
    return await verb.run(source, rest, values);
  } catch (error) {
    throw toldError(error);
  } finally {
    source?.close();
  }
}

function ls(source: RescueSource, _rest: readonly string[], values: Values): number {
  const list = listSource(source);
  print(values.json ? [JSON.stringify(list, null, 2)] : rescueTable(list));
  const healths = [...list.images, ...list.containers].map(({ health }) => health);
  return list.damage.length > 0 || healths.some((health) => health !== 'whole') ? EXIT.warning : EXIT.healthy;
}

function files(source: RescueSource, rest: readonly string[], values: Values): number {
  // a plain file system has no containers: the one word is a path
  const plain = source.tree !== undefined && rest.length < 2;
  const [wanted = '', path = '/'] = plain ? ['', rest[0] ?? '/'] : rest;
  if (!plain && wanted === '')
    throw new UllageError(
      'no container named',
      source.name,
      'ullage rescue files SOURCE CONTAINER [PATH] --to DIR|FILE.tar',
    );
  const { part, subject } = findFiles(source, wanted);
  const names = { subject: path === '/' ? subject : `${path} of ${subject}`, source: source.name };
  return taking(values, names.subject, (options) => takeFiles(part, path, names, options));
}

function container(source: RescueSource, [wanted = '']: readonly string[], values: Values): number {
  return taking(values, `container ${wanted}`, (options) => takeContainer(source, wanted, options));
}

function image(source: RescueSource, [wanted = '']: readonly string[], values: Values): number {
  const format = values.format ?? 'docker-archive';
  if (format !== 'docker-archive' && format !== 'oci')
    throw new UllageError('no such format', `--format ${format}`, 'docker-archive (docker load) or oci');
  const found = findImage(source, wanted);
  return taking(values, `image ${wanted}`, (options) => takeImage(source, found, format, options));
}

async function device(source: RescueSource, [wanted = '']: readonly string[], values: Values): Promise<number> {
  return serveDevice(source, wanted, values.nbd);
}

/** Runs it with progress, and prints what came over: whole is healthy, else a warning. */
function taking(values: Values, what: string, take: (options: TakeOptions) => RescueReport): number {
  if (values.to === undefined)
    throw new UllageError('no target given', 'ullage rescue', 'Give --to FILE.tar or --to DIR');
  const progress = progressTeller(safeText(what), values.quiet === true || values.json === true);
  let report: RescueReport;
  try {
    report = take({
      to: values.to,
      force: values.force === true,
      resume: values.resume === true,
      onProgress: (bytes, total) => progress.tell(bytes, total),
    });
  } finally {
    progress.end();
  }
  const lines = values.json ? [JSON.stringify(report, null, 2)] : reportOfRescue(report);
  // the archive itself may be on standard output
  if (values.to === '-') process.stderr.write(`${lines.join('\n')}\n`);
  else if (values.quiet !== true || values.json || report.lossCount > 0) print(lines);
  return report.lossCount > 0 ? EXIT.warning : EXIT.healthy;
}
