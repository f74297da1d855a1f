import type { Layer, Resource } from '../../stack/layer.ts';
import { grouped, iec } from './size.ts';
import type { Style } from './style.ts';

/** The layers under one, as a tree: each with its resources and a bar of what is used. */
export function stackTree(root: Layer, layers: ReadonlyMap<string, Layer>, style: Style, stopper?: string): string[] {
  const lines: string[] = [];
  const seen = new Set<string>();
  const walk = (layer: Layer, depth: number) => {
    const indent = '  '.repeat(depth + 1);
    const again = seen.has(layer.id);
    seen.add(layer.id);
    const capacity = layer.kind === 'store' ? undefined : capacityOf(layer);
    const mark = layer.id === stopper ? style.bold('  <- stops first') : '';
    lines.push(
      `${indent}${layer.name}${layer.path && layer.kind === 'file-system' ? `, mounted at ${layer.path}` : ''}${capacity === undefined ? '' : `  ${iec(capacity)}`}${again ? ' (above)' : ''}${mark}`,
    );
    if (again) return;
    const rows = shown(layer);
    const labels = Math.max(0, ...rows.map((row) => labelOf(row).length));
    for (const row of rows) lines.push(resourceLine(row, `${indent}  `, labels, style));
    for (const id of layer.on) {
      const below = layers.get(id);
      if (below) walk(below, depth + 1);
    }
  };
  for (const id of root.on) {
    const layer = layers.get(id);
    if (layer) walk(layer, 0);
  }
  if (root.on.length === 0 && root.kind !== 'store') walk(root, 0);
  return lines;
}

function capacityOf(layer: Layer): number | undefined {
  const bytes =
    layer.resources.find((one) => one.name === 'bytes') ?? layer.resources.find((one) => one.name === 'data');
  return bytes?.capacity;
}

function shown(layer: Layer): Resource[] {
  const btrfs = layer.resources.some((one) => one.name === 'metadata' && layer.storage === 'btrfs');
  return layer.resources.filter(
    (one) =>
      !(btrfs && one.name === 'bytes') && !(one.name === 'bytes' && one.used === undefined && one.free === undefined),
  );
}

function labelOf(resource: Resource): string {
  return resource.name === 'unallocated' && resource.detail ? `unallocated on ${resource.detail}` : resource.name;
}

function resourceLine(row: Resource, indent: string, labels: number, style: Style): string {
  const say = (value: number) => (row.unit === 'bytes' ? iec(value) : grouped(value));
  const label = `${indent}${labelOf(row).padEnd(labels)}  `;
  const growth = row.growable
    ? `, can grow by ${say(row.growable.by)} from ${row.growable.from.replace(/^vg:/, 'VG ')}`
    : '';
  if (row.capacity !== undefined && row.used !== undefined) {
    const text = `${say(row.used)} of ${say(row.capacity)}`.padEnd(24);
    const free = row.free === undefined ? '' : `  ${say(row.free)} left`;
    const room = style.width - label.length - text.length - free.length - growth.length - 2;
    return `${label}${text}${room >= 10 ? bar(row.used / Math.max(1, row.capacity), Math.min(30, room)) : ''}${free}${growth}`.trimEnd();
  }
  if (row.free !== undefined) return `${label}${say(row.free)} left${growth}`;
  return row.capacity === undefined ? label.trimEnd() : `${label}${say(row.capacity)}`;
}

/** A full bar means full: it is never rounded up to it, nor a little use down to nothing. */
function bar(share: number, width: number): string {
  const raw = Math.min(1, Math.max(0, share)) * width;
  const filled = share >= 1 ? width : Math.min(width - 1, Math.max(share > 0 ? 1 : 0, Math.floor(raw)));
  return '▇'.repeat(filled) + '·'.repeat(width - filled);
}
