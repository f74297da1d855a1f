import type { Finding } from '../../causes/cause.ts';
import type { Report } from '../../causes/report.ts';
import type { Remedy } from '../../remedies/remedy.ts';
import type { Headroom, Layer } from '../../stack/layer.ts';
import { findingLines } from './finding.ts';
import { grouped, iec } from './size.ts';
import { stackTree } from './stack-tree.ts';
import { type Style, wrap } from './style.ts';

export interface ReportOptions {
  style: Style;
  remedies: readonly Remedy[];
  /** also notices and what is only possible */
  all: boolean;
  /** the command that `--why` is added to */
  command: string;
  /** what to say when there is no finding */
  nothing: string;
}

/** A report for people: who can still write how much and what stops them, then the findings. */
export function reportLines(report: Report, options: ReportOptions): string[] {
  const { style } = options;
  const layers = new Map(report.stack.map((layer) => [layer.id, layer]));
  const lines: string[] = [];
  const rooms = worthShowing(report);
  const isContainer = (room: Headroom) => layers.get(room.layer)?.kind === 'container';
  for (const room of rooms.filter((one) => !isContainer(one))) lines.push(...headroomLines(room, layers, style), '');
  lines.push(...containerLines(rooms.filter(isContainer), layers, style));
  const { shown, hidden } = pick(report.findings, options.all);
  for (const finding of shown) lines.push(...findingLines(finding, options.remedies, style, options.command), '');
  if (report.findings.length === 0) lines.push(...wrap(options.nothing, style.width, ''), '');
  if (hidden > 0)
    lines.push(style.dim(`${hidden} more ${hidden === 1 ? 'finding' : 'findings'} of less weight: --all`), '');
  lines.push(...unknownLines(report, style));
  while (lines.at(-1) === '') lines.pop();
  return lines;
}

/** One line a finding, for scripts and status bars. */
export function quietLines(report: Report, all: boolean): string[] {
  const { shown } = pick(report.findings, all);
  return shown.map((finding) =>
    `${finding.severity.toUpperCase()} ${finding.cause} ${finding.confidence} ${finding.subject}`.trimEnd(),
  );
}

/** Findings that matter; when none does, the best one, so that a question is never left without an answer. */
function pick(findings: readonly Finding[], all: boolean): { shown: readonly Finding[]; hidden: number } {
  if (all) return { shown: findings, hidden: 0 };
  const strong = findings
    .filter((finding) => finding.severity !== 'notice' && finding.confidence !== 'possible')
    .slice(0, 5);
  const weak = findings.filter((finding) => finding.severity !== 'notice').slice(0, 3);
  const shown = strong.length > 0 ? strong : weak;
  return { shown, hidden: findings.length - shown.length };
}

/** Stores and containers always; file systems that limit or are nearly full; with nothing else, all. */
function worthShowing(report: Report): Headroom[] {
  const kinds = new Map(report.stack.map((layer) => [layer.id, layer.kind]));
  const stores = report.headroom.filter((room) => kinds.get(room.layer) !== 'file-system');
  const tight = report.headroom.filter(
    (room) => kinds.get(room.layer) === 'file-system' && room.bytes !== undefined && isTight(room, report.stack),
  );
  const rest = stores.length + tight.length === 0 && report.findings.length === 0 ? report.headroom.slice(0, 4) : [];
  return [...stores, ...tight, ...rest].slice(0, 16);
}

function isTight(room: Headroom, stack: readonly Layer[]): boolean {
  const layer = stack.find((one) => one.id === room.layer);
  const capacity = layer?.resources.find((one) => one.name === 'bytes')?.capacity;
  return room.inodes === 0 || (capacity !== undefined && (room.bytes ?? 0) < capacity * 0.05);
}

function headroomLines(room: Headroom, layers: ReadonlyMap<string, Layer>, style: Style): string[] {
  const layer = layers.get(room.layer);
  const lines = [`${style.bold(room.consumer)}${layer && layer.kind === 'store' ? `   ${layer.name}` : ''}`, ''];
  const df = room.dfAvailable === undefined ? '' : `   (df says ${iec(room.dfAvailable)} free)`;
  if (room.bytes === undefined) {
    lines.push(
      ...wrap(
        `can still take   not known: ${room.unknown?.what ?? 'free space'} was not seen; run ${room.unknown?.run ?? 'df -hT'}`,
        style.width,
        '  ',
      ),
    );
  } else {
    lines.push(
      `  can still take   ${style.bold(iec(room.bytes))}${room.rootBytes ? ` (root: ${iec(room.bytes + room.rootBytes)})` : ''}${df}`,
    );
    const stopper = room.stoppedBy && layers.get(room.stoppedBy.layer);
    if (room.inodes !== undefined && (room.inodes < 1000 || room.stoppedBy?.resource === 'inodes'))
      lines.push(`  new files        ${grouped(room.inodes)}`);
    if (room.stoppedBy && stopper)
      lines.push(
        ...wrap(`${stopper.name}: ${room.stoppedBy.why}`, style.width, ' '.repeat(19)).map((line, index) =>
          index === 0 ? `  stopped by       ${line.trimStart()}` : line,
        ),
      );
  }
  if (layer)
    lines.push(
      '',
      ...stackTree(
        layer.kind === 'store' ? layer : { ...layer, id: '', on: [layer.id] },
        layers,
        style,
        room.stoppedBy?.layer,
      ),
    );
  return lines;
}

/** Containers with a volume of their own, a line each: what lies below is shown with the store. */
function containerLines(rooms: readonly Headroom[], layers: ReadonlyMap<string, Layer>, style: Style): string[] {
  if (rooms.length === 0) return [];
  const width = Math.max(...rooms.map((room) => room.consumer.length));
  const lines = rooms.map((room) => {
    const stopper = room.stoppedBy && layers.get(room.stoppedBy.layer);
    const volume = layers.get(layers.get(room.layer)?.on[0] ?? '')?.resources[0];
    const own =
      volume?.capacity === undefined
        ? ''
        : `, its volume has ${volume.used === undefined ? '' : `${iec(volume.used)} of `}${iec(volume.capacity)} mapped`;
    const by = stopper ? `, stopped by ${stopper.kind === 'thin-volume' ? 'its own volume' : stopper.name}` : '';
    return `  ${room.consumer.padEnd(width)}  ${room.bytes === undefined ? 'not known' : style.bold(iec(room.bytes))}${by}${own}`;
  });
  return [...lines.flatMap((line) => (line.length <= style.width + 20 ? [line] : wrap(line, style.width, '  '))), ''];
}

function unknownLines(report: Report, style: Style): string[] {
  if (report.unknown.length === 0) return [];
  const lines = [style.dim('not looked at')];
  for (const one of report.unknown.slice(0, 12))
    lines.push(...wrap(`${one.what}: ${one.why}; run ${one.run}`, style.width, '  ').map(style.dim));
  return lines;
}
