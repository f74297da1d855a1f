import type { PoolCheck } from '../../formats/dm-thin/check.ts';
import type { Damage } from '../../formats/format-error.ts';
import { safeText } from '../../probes/clean.ts';
import type { ThinCheck, ThinList } from '../../rescue/thin/documents.ts';
import { grouped, iec } from './size.ts';

/** Damage that is printed; `--json` has all of it. */
const SHOWN = 20;

/** The pool in a line, then a table of its devices. */
export function thinTable({ source, pool, devices }: ThinList): string[] {
  const all = iec(pool.dataBlocks * pool.blockSize);
  const used = pool.dataBlocksUsed > 0 ? `${iec(pool.dataBlocksUsed * pool.blockSize)} of ${all} used` : all;
  const size = (blocks: number): string => iec(blocks * pool.blockSize);
  const rows = devices.map(({ id, name, deleted, mapped, exclusive, shared }) => [
    String(id),
    size(mapped),
    size(exclusive),
    size(shared),
    `${name ?? ''}${deleted ? ' (deleted)' : ''}`,
  ]);
  const head = ['device', 'mapped', 'exclusive', 'shared', rows.some((row) => row[4]) ? 'name' : ''];
  const widths = head.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, i) => (i < 4 ? cell.padStart(widths[i] ?? 0) : cell))
      .join('  ')
      .trimEnd();
  return [
    `${source}: thin pool, ${devices.length} devices, ${used}, blocks of ${iec(pool.blockSize)}, transaction ${pool.transaction}`,
    '',
    line(head),
    ...rows.map(line),
  ].map(safeText);
}

const VERDICT = {
  healthy: 'The metadata is whole.',
  leaks:
    'The metadata is whole, but room is lost in it or it asks to be checked: thin_check --auto-repair clears that.',
  damaged: 'The metadata is damaged.',
} as const;

/** What a check found, worst last. */
export function thinVerdict(check: ThinCheck): string[] {
  const { pool, devices, state } = check;
  return [
    `${check.source}: ${grouped(devices.length)} devices, ${grouped(devices.reduce((sum, { mapped }) => sum + mapped, 0))} mappings, transaction ${pool.transaction}`,
    ...mapLines('data', check.dataMap),
    ...mapLines('metadata', check.metadataMap),
    ...(pool.needsCheck
      ? ['needs_check is set: the pool failed a commit; the kernel keeps it read-only until it is repaired']
      : []),
    ...damageLines(check.damage, check.moreDamage),
    VERDICT[state],
  ].map(safeText);
}

function mapLines(which: string, map: PoolCheck['dataMap']): string[] {
  const first = map.examples[0];
  const example = first ? `; block ${first.block} says ${first.says}, ${first.counted} references were found` : '';
  return [
    ...(map.low > 0
      ? [
          `${grouped(map.low)} ${which} blocks are counted less often than they are in use, and may be given away while they are${example}`,
        ]
      : []),
    ...(map.leaked > 0
      ? [
          `${grouped(map.leaked)} ${which} blocks are counted more often than they are in use: lost room${map.low > 0 ? '' : example}`,
        ]
      : []),
    ...(map.used !== map.says
      ? [
          `the ${which} space map says ${grouped(map.says)} blocks are in use, its bits say ${grouped(map.used)}: harmless`,
        ]
      : []),
  ];
}

/** Damage, one line each. */
export function damageLines(damage: readonly Damage[], more: number): string[] {
  const rest = damage.length - SHOWN + more;
  return [
    ...damage.slice(0, SHOWN).map(damageLine),
    ...(rest > 0
      ? [`and ${grouped(rest)} more: --json lists ${more > 0 ? `${grouped(damage.length)} of them` : 'them all'}`]
      : []),
  ];
}

export function damageLine({ what, source, offset, lost }: Damage): string {
  return safeText(`damaged: ${what}, ${source}, byte ${offset}${lost ? `: ${lost} lost` : ''}`);
}
