import { lvm } from '../tools/lvm.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { LogicalVolume } from './facts/device-mapper.ts';
import { hasLvm, LVM_SIZE, lvmSize } from './lvm-present.ts';
import { lvdisplayRecords, reportRows } from './lvm-report.ts';
import type { Probe } from './probe.ts';
import { present } from './shape.ts';
import { count, percent } from './size.ts';
import { underHeader } from './text-table.ts';
import { rows } from './undress.ts';

/** `lvs` in JSON (any columns) and as table, `lvdisplay`. */
export const lvs: Probe = {
  id: 'lvs',
  title: 'lvs -a, lvdisplay',
  asks: (known) =>
    hasLvm(known)
      ? [
          {
            kind: 'run',
            argv: lvm.lvs(),
            timeoutMs: 5000,
            optional: true,
            what: 'how full the thin pools and logical volumes are',
            or: { kind: 'run', argv: lvm.lvsText(), timeoutMs: 5000 },
          },
        ]
      : [],
  recognises: (doc) =>
    /"lv_name"|\bL[Vv] Name\b|\bLV\b.*\b(?:VG|LSize|Attr|Data%)|\s[a-zA-Z-][wrR][a-z-][a-zA-Z-]{5,7}\s/.test(doc.text),
  scan: (doc) =>
    once([
      ...reportRows(doc, 'lv').flatMap(({ row, line, quote }) => asFound(fromReport(row), line, quote)),
      ...fromTable(doc),
      ...lvdisplayRecords(doc).flatMap(({ pairs, line, quote }) => asFound(fromDisplay(pairs), line, quote)),
    ]),
};

function asFound(lv: LogicalVolume | undefined, line: number, quote?: string): Found[] {
  return lv ? [found('lv', lv, line, quote)] : [];
}

/** lvs prints a volume once a segment: the same row again says nothing new. */
function once(list: Found[]): Found[] {
  const seen = new Set<string>();
  return list.filter((one) => {
    const key = JSON.stringify(one.value);
    return seen.has(key) ? false : seen.add(key);
  });
}

function fromReport(row: Record<string, string>): LogicalVolume | undefined {
  const name = row['lv_name']?.replace(/^\[|\]$/g, '');
  if (!name) return undefined;
  const size = lvmSize(row['lv_size']);
  const when = row['lv_when_full'];
  return present<LogicalVolume>({
    vg: row['vg_name'] ?? row['lv_full_name']?.split('/')[0] ?? '',
    name,
    attr: row['lv_attr'] || undefined,
    size: size?.bytes,
    resolution: size?.resolution || undefined,
    pool: row['pool_lv'] || undefined,
    origin: row['origin'] || undefined,
    dataPercent: percent(row['data_percent']) ?? percent(row['snap_percent']),
    metadataPercent: percent(row['metadata_percent']),
    monitor: row['seg_monitor'],
    whenFull: when === 'queue' || when === 'error' ? when : undefined,
    health: row['lv_health_status'] || undefined,
    discards: row['discards'] || undefined,
    chunkSize: lvmSize(row['chunk_size'] ?? row['chunksize'])?.bytes || undefined,
    metadataSize: lvmSize(row['lv_metadata_size'])?.bytes,
    profile: row['lv_profile'] || undefined,
  });
}

/** LV, VG (or VG, LV as the header says) and the attribute word (lvs(8), lv_attr bits 1-10; old LVM had fewer), then the size. */
const ROW = new RegExp(
  `^[\\s|>_-]{0,12}(\\[?[\\w.+-]{1,128}\\]?)[\\s|]{1,80}(\\[?[\\w.+-]{1,128}\\]?)[\\s|]{1,80}([a-zA-Z-][wrR-][a-zA-Z-]{4,8})[\\s|]{1,20}(${LVM_SIZE})(?:[\\s|]+(.*))?$`,
);
/** A cheap test of the attribute word in {@link ROW}. */
const ATTRIBUTES = /[\s|][a-zA-Z-][wrR-][a-zA-Z-]{4,8}[\s|]/;
const TYPE = /^[-vVtTrRmMoOCdDsSelcpPiIuwfFgGaAb]$/;

function fromTable(doc: Document): Found[] {
  let header: string | undefined;
  return [...rows(doc)].flatMap(({ n, text }) => {
    if (text.includes('LV') && /\bLV\b.*\b(?:LSize|Attr|Data%|VG)(?:\s|$)/.test(text)) {
      header = text;
      return [];
    }
    if (!header && !ATTRIBUTES.test(text)) return [];
    const lv = fromRow(text, header) ?? fromHeader(text, header);
    return asFound(lv, n);
  });
}

function fromRow(text: string, header: string | undefined): LogicalVolume | undefined {
  const row = ROW.exec(text);
  const attr = row?.[3] ?? '';
  const size = lvmSize(row?.[4]);
  // an attribute word has dashes where a bit is not set, prose has not; its third bit is an
  // allocation policy, which tells it from the mode of `find -ls`
  if (!row || !size || !TYPE.test(attr[0] ?? '') || !/^.[wrR-][acilnACILN]/.test(attr) || !attr.includes('-'))
    return undefined;
  const rest = (row[5] ?? '').split(/[\s|]+/).filter((word) => word !== '');
  const firstNumber = rest.findIndex((word) => /^\d{1,3}[.,]\d{1,2}$/.test(word));
  const words = (firstNumber < 0 ? rest : rest.slice(0, firstNumber)).filter(
    (word) => /^\[?[\w.+-]+\]?$/.test(word) && !/^(?:monitored|not|queue|error)$/.test(word),
  );
  const numbers = rest.slice(Math.max(0, firstNumber)).filter((word) => /^\d{1,3}[.,]\d{1,2}$/.test(word));
  const type = attr[0] ?? '';
  const isPool = type === 't';
  const isThin = type === 'V';
  const isSnapshot = /^[sS]$/.test(type);
  const monitor = /\bnot monitored\b/.exec(text)?.[0] ?? /\bmonitored\b/.exec(text)?.[0];
  // the ninth bit: D out of data, M metadata read-only, F failed
  const health = { D: 'out_of_data', M: 'metadata_read_only', F: 'failed' }[attr[8] ?? ''];
  const [name = '', vg = ''] = header && /^[\s|]*VG[\s|]+LV\b/.test(header) ? [row[2], row[1]] : [row[1], row[2]];
  return present<LogicalVolume>({
    vg,
    name: name.replace(/^\[|\]$/g, ''),
    attr,
    size: size.bytes,
    resolution: size.resolution || undefined,
    pool: isThin ? words[0] : undefined,
    origin: isThin ? words[1] : isSnapshot ? words[0] : undefined,
    dataPercent: isPool || isThin || isSnapshot ? percent(numbers[0]) : undefined,
    metadataPercent:
      isPool && !(header && /Data%/.test(header) && !/Meta%/.test(header)) ? percent(numbers[1]) : undefined,
    monitor: monitor ?? (isPool && header && /Monitor/.test(header) ? '' : undefined),
    health: isPool || isThin ? health : undefined,
  });
}

/** Chosen columns without attributes (`lvs -o lv_name,data_percent`): by their place under the header. */
function fromHeader(text: string, header: string | undefined): LogicalVolume | undefined {
  if (!header || /\bAttr\b/.test(header) || !/%|LSize/.test(header)) return undefined;
  const fields = underHeader(header, text);
  const name = fields?.get('LV');
  const size = lvmSize(fields?.get('LSize'));
  const data = percent(fields?.get('Data%'));
  const meta = percent(fields?.get('Meta%'));
  if (!fields || !name || !/^\[?[\w.+-]+\]?$/.test(name) || (size === undefined && data === undefined))
    return undefined;
  return present<LogicalVolume>({
    vg: fields.get('VG') ?? '',
    name: name.replace(/^\[|\]$/g, ''),
    size: size?.bytes,
    resolution: size?.resolution || undefined,
    dataPercent: data,
    metadataPercent: meta,
    monitor: fields.get('Monitor'),
  });
}

/** `lvdisplay`: a paragraph a volume, wording of 2.02 and 2.03. */
function fromDisplay(pairs: Map<string, string>): LogicalVolume | undefined {
  const name = pairs.get('LV Name');
  if (!name) return undefined;
  const path = /^\/dev\/([^/]+)\/([^/]+)$/.exec(name); // LVM before 2.02.89 printed the path here
  const size = lvmSize(pairs.get('LV Size'));
  return present<LogicalVolume>({
    vg: pairs.get('VG Name') ?? path?.[1] ?? '',
    name: path?.[2] ?? name,
    size: size?.bytes,
    resolution: size?.resolution || undefined,
    pool: pairs.get('LV Pool name'),
    dataPercent:
      percent(pairs.get('Allocated pool data')) ??
      percent(pairs.get('Mapped size')) ??
      percent(pairs.get('Allocated to snapshot')),
    metadataPercent: percent(pairs.get('Allocated metadata')),
    chunkSize: lvmSize(pairs.get('Chunk Size') ?? pairs.get('Snapshot chunk size'))?.bytes,
    origin:
      /(?:active|INACTIVE) destination for (\S+)/.exec(pairs.get('LV snapshot status') ?? '')?.[1] ??
      (count(pairs.get('LV Thin origin name')) === undefined ? pairs.get('LV Thin origin name') : undefined),
  });
}
