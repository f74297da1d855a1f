import { lvm } from '../tools/lvm.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { VolumeGroup } from './facts/device-mapper.ts';
import { hasLvm, LVM_SIZE, lvmSize } from './lvm-present.ts';
import { reportRows, vgdisplayRecords } from './lvm-report.ts';
import type { Probe } from './probe.ts';
import { present } from './shape.ts';
import { count } from './size.ts';
import { underHeader } from './text-table.ts';
import { rows } from './undress.ts';

/** `vgs` in JSON and as table, `vgdisplay`. */
export const vgs: Probe = {
  id: 'vgs',
  title: 'vgs, vgdisplay',
  asks: (known) =>
    hasLvm(known)
      ? [
          {
            kind: 'run',
            argv: lvm.vgs(),
            timeoutMs: 5000,
            optional: true,
            what: 'free space in the volume groups',
            or: { kind: 'run', argv: lvm.vgsText(), timeoutMs: 5000 },
          },
        ]
      : [],
  recognises: (doc) => /"vg_size"|\bVFree\b|\bVG Size\b|\swz--n/.test(doc.text),
  scan: (doc) => [
    ...reportRows(doc, 'vg').flatMap(({ row, line, quote }) => asFound(fromReport(row), line, quote)),
    ...fromTable(doc),
    ...vgdisplayRecords(doc).flatMap(({ pairs, line, quote }) => asFound(fromDisplay(pairs), line, quote)),
  ],
};

function asFound(vg: VolumeGroup | undefined, line: number, quote?: string): Found[] {
  return vg ? [found('vg', vg, line, quote)] : [];
}

function fromReport(row: Record<string, string>): VolumeGroup | undefined {
  const size = lvmSize(row['vg_size']);
  const free = lvmSize(row['vg_free']);
  if (!row['vg_name'] || !size || !free) return undefined;
  return present<VolumeGroup>({
    name: row['vg_name'],
    size: size.bytes,
    free: free.bytes,
    extentSize: lvmSize(row['vg_extent_size'])?.bytes || undefined,
    freeExtents: count(row['vg_free_count']),
    pvCount: count(row['pv_count']),
    resolution: Math.max(size.resolution, free.resolution) || undefined,
  });
}

/** VG, #PV #LV #SN, attributes (`wz--n-`), VSize, VFree */
const ROW = new RegExp(
  `^[\\s|>_-]{0,12}([\\w.+-]{1,128})[\\s|]{1,80}(\\d{1,6})[\\s|]{1,20}\\d{1,6}[\\s|]{1,20}\\d{1,6}[\\s|]{1,20}[wr][z-][x-][p-][a-z-]{1,3}[\\s|]{1,20}(${LVM_SIZE})[\\s|]{1,40}(${LVM_SIZE})(?:[\\s|].*)?$`,
);

function fromTable(doc: Document): Found[] {
  let header: string | undefined;
  return [...rows(doc)].flatMap(({ n, text }) => {
    if (/\bVG\b.*\b(?:VSize|VFree)\b/.test(text) && !/\bLV\b|\bPV\s/.test(text.replace(/#\w+/g, ''))) {
      header = text;
      return [];
    }
    const row = ROW.exec(text);
    if (row)
      return asFound(
        fromReport({ vg_name: row[1] ?? '', pv_count: row[2] ?? '', vg_size: row[3] ?? '', vg_free: row[4] ?? '' }),
        n,
      );
    const fields = header && !/Attr/.test(header) ? underHeader(header, text) : undefined;
    const name = fields?.get('VG');
    if (!fields || !name || !/^[\w.+-]+$/.test(name)) return [];
    return asFound(
      fromReport({ vg_name: name, vg_size: fields.get('VSize') ?? '', vg_free: fields.get('VFree') ?? '' }),
      n,
    );
  });
}

function fromDisplay(pairs: Map<string, string>): VolumeGroup | undefined {
  const free = /^(\d{1,12})(?: \/ (.+))?$/.exec(pairs.get('Free PE / Size') ?? '');
  if (!pairs.has('VG Size') || !free) return undefined;
  const extent = pairs.get('PE Size') ?? '';
  return fromReport({
    vg_name: pairs.get('VG Name') ?? '',
    vg_size: pairs.get('VG Size') ?? '',
    vg_free: free[2] ?? '0',
    vg_extent_size: extent,
    vg_free_count: free[1] ?? '',
    pv_count: pairs.get('Cur PV') ?? '',
  });
}
