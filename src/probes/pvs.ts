import { lvm } from '../tools/lvm.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { PhysicalVolume } from './facts/device-mapper.ts';
import { hasLvm, LVM_SIZE, lvmSize } from './lvm-present.ts';
import { pvdisplayRecords, reportRows } from './lvm-report.ts';
import type { Probe } from './probe.ts';
import { present } from './shape.ts';
import { rows } from './undress.ts';

/** `pvs` in JSON and as table, `pvdisplay`. */
export const pvs: Probe = {
  id: 'pvs',
  title: 'pvs, pvdisplay',
  asks: (known) =>
    hasLvm(known)
      ? [
          {
            kind: 'run',
            argv: lvm.pvs(),
            timeoutMs: 5000,
            optional: true,
            what: 'disks of the volume groups',
            or: { kind: 'run', argv: lvm.pvsText(), timeoutMs: 5000 },
          },
        ]
      : [],
  recognises: (doc) => /"pv_size"|\slvm2\s|\bPV Size\b/.test(doc.text),
  scan: (doc) => [
    ...reportRows(doc, 'pv').flatMap(({ row, line, quote }) =>
      asFound(fromFields(row['pv_name'], row['vg_name'], row['pv_size'], row['pv_free']), line, quote),
    ),
    ...fromTable(doc),
    ...pvdisplayRecords(doc).flatMap(({ pairs, line, quote }) => {
      const size = pairs.get('PV Size')?.split(' / ')[0];
      return asFound(fromFields(pairs.get('PV Name'), pairs.get('VG Name'), size, undefined), line, quote);
    }),
  ],
};

function asFound(pv: PhysicalVolume | undefined, line: number, quote?: string): Found[] {
  return pv ? [found('pv', pv, line, quote)] : [];
}

/** PV, VG (may be empty), format, attributes, PSize, PFree */
const ROW = new RegExp(
  `^[\\s|>_-]{0,12}(/dev/\\S{1,200}|\\[?unknown(?: device)?\\]?)[\\s|]{1,80}(?:([\\w.+-]{1,128})[\\s|]{1,80})?lvm[12][\\s|]{1,20}[a-z-]{2,4}[\\s|]{1,20}(${LVM_SIZE})[\\s|]{1,40}(${LVM_SIZE})[\\s|]*$`,
);

function fromTable(doc: Document): Found[] {
  return [...rows(doc)].flatMap(({ n, text }) => {
    const row = ROW.exec(text);
    return row ? asFound(fromFields(row[1], row[2], row[3], row[4]), n) : [];
  });
}

function fromFields(
  name: string | undefined,
  vg: string | undefined,
  size: string | undefined,
  free: string | undefined,
): PhysicalVolume | undefined {
  const whole = lvmSize(size);
  const left = lvmSize(free);
  if (!name || !whole) return undefined;
  return present<PhysicalVolume>({
    name,
    vg: vg || undefined,
    size: whole.bytes,
    free: left?.bytes,
    resolution: Math.max(whole.resolution, left?.resolution ?? 0) || undefined,
  });
}
