import { safeText } from '../../probes/clean.ts';
import type { RescueList } from '../../rescue/list.ts';
import type { RescueReport } from '../../rescue/report.ts';
import { grouped, iec } from './size.ts';

/** Losses that are printed; `--json` has up to 10,000. */
const SHOWN = 20;

/** What is in a source, for people. */
export function rescueTable(list: RescueList): string[] {
  const { images, containers, devices, fileSystem } = list;
  const lines = [
    `${list.source}: ${list.driver === 'none' ? 'a file system' : `${list.driver === 'devmapper' ? 'containerd' : 'Docker'}, ${list.driver}`}`,
  ];
  if (fileSystem)
    lines.push(
      `${fileSystem.format} ${fileSystem.label || fileSystem.uuid}, ${iec(fileSystem.bytes - fileSystem.freeBytes)} of ${iec(fileSystem.bytes)} used`,
    );
  if (containers.length > 0)
    lines.push(
      '',
      ...table(
        ['container', 'id', 'image', 'last used', 'mapped', 'exclusive', 'health'],
        [4, 5],
        containers.map((one) => [
          one.name,
          one.id.slice(0, 12),
          one.image ?? '',
          moment(one.lastUsed),
          size(one.mapped),
          size(one.exclusive),
          one.health,
        ]),
      ),
    );
  if (images.length > 0)
    lines.push(
      '',
      ...table(
        ['image', 'id', 'created', 'layers', 'size', 'health'],
        [3, 4],
        images.map((one) => [
          one.tags.join(', ') || '<none>',
          one.id.slice(7, 19),
          moment(one.created),
          String(one.layers),
          size(one.size),
          one.health,
        ]),
      ),
    );
  if (devices.length > 0 && containers.length + images.length === 0)
    lines.push(
      '',
      ...table(
        ['device', 'mapped', 'exclusive', 'name'],
        [1, 2],
        devices.map((one) => [`device:${one.id}`, size(one.mapped), size(one.exclusive), one.name ?? '']),
      ),
    );
  const unknown = devices.filter((one) => one.name === undefined || one.name.startsWith('unknown'));
  if (unknown.length > 0 && containers.length + images.length > 0)
    lines.push('', `Devices that no record names: ${unknown.map(({ id }) => `device:${id}`).join(' ')}`);
  if (list.notes.length + list.damage.length > 0) lines.push('');
  lines.push(...list.notes, ...list.damage.map((one) => `damaged: ${one}`));
  return lines.map(safeText);
}

const size = (bytes: number | undefined): string => (bytes === undefined ? '' : iec(bytes));
const moment = (at: string | undefined): string => at?.slice(0, 16).replace('T', ' ') ?? '';

function table(head: readonly string[], right: readonly number[], rows: readonly string[][]): string[] {
  const safe = rows.map((row) => row.map(safeText));
  const widths = head.map((title, i) => Math.max(title.length, ...safe.map((row) => row[i]?.length ?? 0)));
  return [head, ...safe].map((row) =>
    row
      .map((cell, i) => (right.includes(i) ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** What came over, and what did not. */
export function reportOfRescue(report: RescueReport): string[] {
  const left = Object.entries(report.leftOut).map(([kind, count]) => `${grouped(count)} ${LEFT_OUT.get(kind) ?? kind}`);
  const more = report.lossCount - Math.min(SHOWN, report.losses.length);
  return [
    `${report.subject}: ${grouped(report.entries)} entries, ${iec(report.bytes)}, to ${report.target}`,
    ...report.notes,
    ...(left.length > 0 ? [`left out: ${left.join(', ')} (a tar archive keeps what it can hold of them)`] : []),
    ...(report.lossCount > 0 ? [`NOT WHOLE: ${grouped(report.lossCount)} losses`] : []),
    ...report.losses.slice(0, SHOWN).map(({ path, what }) => `  ${path ?? ''}${path ? ': ' : ''}${what}`),
    ...(more > 0 ? [`  and ${grouped(more)} more: --json lists them`] : []),
  ].map(safeText);
}

const LEFT_OUT = new Map<string, string>(
  Object.entries({
    socket: 'sockets',
    fifo: 'fifos',
    char: 'character device nodes',
    block: 'block device nodes',
    'extended attributes': 'files’ extended attributes',
  }),
);
