import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Mount } from './facts/file-systems.ts';
import { mountOptions } from './mount-path.ts';
import type { Probe } from './probe.ts';
import { jsonQuote, type Shape, shape, shapes, text as textOf } from './shape.ts';
import { parseSize, percent } from './size.ts';

/** `├─/sys  sysfs  sysfs  rw,nosuid` and `TARGET SOURCE FSTYPE OPTIONS` without a tree. */
const ROW = /^[\s│├└─|`-]{0,80}(\/\S*)\s+(\S+)\s+([\w.-]+)\s+((?:rw|ro)(?:,\S+)?)\s*$/u;

export const findmnt: Probe = {
  id: 'findmnt',
  title: 'findmnt: mounts as a tree or JSON',
  recognises: (doc) => mayHold(doc, ['findmnt'], /"filesystems"\s*:|TARGET\s+SOURCE\s+FSTYPE/),
  scan: (doc) => [
    ...doc.json.flatMap(({ value, line }) => fromJson(shapes(shape(value)?.filesystems), line)),
    ...fromText(doc),
  ],
};

function fromJson(systems: readonly Shape[], line: number): Found[] {
  const facts: Found[] = [];
  const open = [...systems];
  // children may be nested as deep as mounts are; no recursion, the text may be hostile
  for (let one = open.shift(); one; one = open.shift()) {
    const target = textOf(one.target);
    const source = textOf(one.source);
    const fstype = textOf(one.fstype);
    const quote = jsonQuote(one, ['target', 'source', 'fstype', 'options', 'size', 'used', 'avail']);
    if (target && source && fstype) {
      const uuid = textOf(one.uuid);
      const majmin = textOf(one['maj:min']);
      const mount: Mount = {
        ...sourceOf(source),
        target,
        fstype,
        options: mountOptions(textOf(one.options) ?? ''),
        ...(uuid ? { uuid } : {}),
        ...(majmin ? { majmin } : {}),
      };
      facts.push(found('mount', mount, line, quote));
    }
    const room = roomOf(one);
    if (target && source && room)
      facts.push(
        found(
          'df',
          { filesystem: source, ...(fstype ? { type: fstype } : {}), mountpoint: target, ...room },
          line,
          quote,
        ),
      );
    for (const child of shapes(one.children)) open.push(child);
  }
  return facts;
}

function roomOf(
  one: Shape,
): { size: number; used: number; available: number; usePercent?: number; resolution?: number } | undefined {
  const [size, used, available] = [one.size, one.used, one.avail].map((value) =>
    value === undefined || value === null ? undefined : parseSize(String(value), 'iec'),
  );
  if (!size || !used || !available || size.bytes === 0) return undefined;
  const use = percent(textOf(one['use%']));
  const resolution = Math.max(size.resolution, used.resolution, available.resolution) * 2;
  return {
    size: size.bytes,
    used: used.bytes,
    available: available.bytes,
    ...(use === undefined ? {} : { usePercent: use }),
    ...(resolution > 0 ? { resolution } : {}),
  };
}

/** `/dev/sda3[/@docker]`: the directory of the file system that is mounted. */
function sourceOf(source: string): { source: string; root?: string } {
  const bracket = /^([^[]+)\[(\/[^\]]*)\]$/.exec(source);
  return bracket ? { source: bracket[1] ?? '', root: bracket[2] ?? '' } : { source };
}

function fromText(doc: Document): Found[] {
  const facts: Found[] = [];
  let inTable = false;
  for (const { n, text, typed } of consoleRows(doc)) {
    if (typed) inTable = false;
    if (/TARGET\s+SOURCE\s+FSTYPE/.test(text)) inTable = true;
    const row = inTable && text.length < 8192 ? ROW.exec(text) : null;
    if (!row) continue;
    const [, target = '', source = '', fstype = '', options = ''] = row;
    facts.push(found('mount', { ...sourceOf(source), target, fstype, options: mountOptions(options) }, n));
  }
  return facts;
}
