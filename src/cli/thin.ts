import { once } from 'node:events';
import { checkPool } from '../formats/dm-thin/check.ts';
import { dumpXml } from '../formats/dm-thin/dump.ts';
import type { Damage } from '../formats/format-error.ts';
import { FormatError } from '../formats/format-error.ts';
import { UllageError } from '../host/host.ts';
import { listOf, listThinPool, type ThinCheck } from '../rescue/thin/documents.ts';
import { openThinSource, type ThinSource } from '../rescue/thin/open-pool.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { damageLine, damageLines, thinTable, thinVerdict } from './render/thin.ts';
import { print } from './show.ts';

const OPTIONS = {
  metadata: { type: 'string' },
  data: { type: 'string' },
  'held-root': { type: 'boolean' },
  'metadata-snap': { type: 'boolean' },
  pool: { type: 'string' },
  roots: { type: 'string' },
  'block-size': { type: 'string' },
  'data-blocks': { type: 'string' },
  device: { type: 'string' },
  ls: { type: 'boolean' },
  json: { type: 'boolean' },
  'no-color': { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseVerb<typeof OPTIONS>>['values'];

const VERBS = new Map<string, (source: ThinSource, values: Values) => number | Promise<number>>(
  Object.entries({
    ls,
    check,
    dump,
  }),
);

/** `ullage thin ls|check|dump SOURCE…`: a thin pool's metadata, read without device-mapper. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('thin', argv, OPTIONS);
  const [name = '', ...sources] = positionals;
  const verb = VERBS.get(name);
  if (!verb)
    throw new UllageError(
      'no such verb',
      `ullage thin ${name}`.trim(),
      'Verbs: ls, check, dump; then a metadata file, a disk or a Docker data root',
    );
  const blockSize = wholeNumber(values['block-size'], '--block-size');
  const dataBlocks = wholeNumber(values['data-blocks'], '--data-blocks');
  let source: ThinSource | undefined;
  try {
    source = openThinSource({
      sources,
      heldRoot: values['held-root'] === true || values['metadata-snap'] === true,
      ...(values.metadata === undefined ? {} : { metadata: values.metadata }),
      ...(values.data === undefined ? {} : { data: values.data }),
      ...(values.pool === undefined ? {} : { pool: values.pool }),
      ...(values.roots === undefined ? {} : { roots: values.roots }),
      ...(blockSize === undefined ? {} : { blockSize }),
      ...(dataBlocks === undefined ? {} : { dataBlocks }),
    });
    return await verb(source, values);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw new UllageError(
      error.what,
      `${error.source}, byte ${error.offset}`,
      error.detail ? `${error.detail}.` : 'Is this the metadata of a thin pool?',
      { cause: error },
    );
  } finally {
    source?.close();
  }
}

function ls(source: ThinSource, values: Values): number {
  const list = listThinPool(source);
  if (values.json) print([JSON.stringify(list, null, 2)]);
  else {
    print(thinTable(list));
    complain(damageLines(list.damage, list.moreDamage));
  }
  return list.damage.length > 0 ? EXIT.critical : EXIT.healthy;
}

function check(source: ThinSource, values: Values): number {
  if (values['held-root'] || values['metadata-snap'])
    throw new UllageError(
      'a metadata snapshot has no space maps to check',
      source.metadata.name,
      'Check the whole metadata: what the snapshot holds is part of it',
    );
  const found = checkPool(source.metadata, source.superblock, values.ls === true);
  const document: ThinCheck = {
    ...listOf(source, found.devices, found.damage, found.more),
    state: found.state,
    dataMap: found.dataMap,
    metadataMap: found.metadataMap,
  };
  if (values.json) print([JSON.stringify(document, null, 2)]);
  else print([...(values.ls ? [...thinTable(document), ''] : []), ...thinVerdict(document)]);
  return { healthy: EXIT.healthy, leaks: EXIT.warning, damaged: EXIT.critical }[found.state];
}

async function dump(source: ThinSource, values: Values): Promise<number> {
  if (values.json)
    throw new UllageError(
      'a dump is XML',
      'ullage thin dump --json',
      'Leave --json out, or take thin ls or thin check',
    );
  let damaged = 0;
  const tell = (damage: Damage): void => {
    damaged++;
    complain([damageLine(damage)]);
  };
  for (const piece of dumpXml(source.metadata, source.superblock, tell, wholeNumber(values.device, '--device'))) {
    if (!process.stdout.write(piece)) await once(process.stdout, 'drain');
  }
  return damaged > 0 ? EXIT.critical : EXIT.healthy;
}

function complain(lines: readonly string[]): void {
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw new UllageError('not a whole number', `${option} ${text}`, 'Give digits alone');
  return value;
}
