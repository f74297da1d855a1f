import { mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';
import { sysfsValues } from './sysfs-values.ts';

/** /sys/fs/ext4/DEVICE; `features` beside them is of the driver. */
const BASE = /\/sys\/fs\/ext4\/((?!features\b)[\w!.-]{1,100})(?:\/|(?=\s|$|["']))/;

export const extErrors: Probe = {
  id: 'ext-errors',
  title: '/sys/fs/ext4: errors the file system has recorded',
  // one process for all file systems; grep ends with 2 where a file is write-only
  asks: (known) =>
    known.has('mount', (mount) => mount.fstype === 'ext4')
      ? [{ kind: 'run', argv: ['grep', '-rHs', '.', '/sys/fs/ext4'], timeoutMs: 5000, optional: true }]
      : [],
  recognises: (doc) =>
    mayHold(doc, [], BASE, BASE) || (doc.origin.kind === 'run' && BASE.test(doc.origin.argv.join(' '))),
  scan: scanErrors,
};

const KEPT = /^(?:errors_count|warning_count|last_error_func|last_error_time|reserved_clusters)$/;

function scanErrors(doc: Document): Found[] {
  const devices = new Map<string, { values: Map<string, string>; line: number; quote: string[] }>();
  for (const { path, value, line } of sysfsValues(doc, BASE)) {
    const base = BASE.exec(path);
    const name = base ? path.slice(base.index + base[0].length) : '';
    if (!base || !KEPT.test(name)) continue;
    const device = devices.get(base[1] ?? '') ?? { values: new Map<string, string>(), line, quote: [] };
    devices.set(base[1] ?? '', device);
    device.values.set(name, value);
    device.quote.push(`${path}: ${value}`);
  }
  const facts: Found[] = [];
  for (const [device, { values, line, quote }] of devices) {
    const errors = count(values.get('errors_count'));
    if (errors === undefined) continue;
    const warnings = count(values.get('warning_count'));
    const reservedClusters = count(values.get('reserved_clusters'));
    const lastTime = count(values.get('last_error_time'));
    const lastFunction = values.get('last_error_func');
    facts.push(
      found(
        'ext-errors',
        {
          device,
          errors,
          ...(warnings === undefined ? {} : { warnings }),
          ...(lastFunction ? { lastFunction } : {}),
          ...(lastTime ? { lastTime } : {}),
          ...(reservedClusters === undefined ? {} : { reservedClusters }),
        },
        line,
        quote.join('\n'),
      ),
    );
  }
  return facts;
}
