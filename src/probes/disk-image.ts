import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { DiskImage } from './facts/file-systems.ts';
import { listRows } from './list-rows.ts';
import type { Probe } from './probe.ts';
import { amount, jsonQuote, shape, shapes, text as textOf } from './shape.ts';
import { count, sizeBytes } from './size.ts';

/** Virtual disks that container engines on desktops and NAS systems live in. */
const IMAGE = /(?:^|\/)(?:Docker\.(?:raw|qcow2)|docker\.img|diffdisk|[^/]+\.(?:vhdx|qcow2|vdi|vmdk))$/i;

export const diskImage: Probe = {
  id: 'disk-image',
  title: 'qemu-img info, ls of Docker.raw, ext4.vhdx, docker.img: a virtual disk seen from outside',
  recognises: (doc) =>
    mayHold(
      doc,
      ['qemu-img', 'ls', 'find'],
      /virtual[ -]size|Docker\.(?:raw|qcow2)|docker\.img|diffdisk|\.(?:vhdx|qcow2|vdi|vmdk)\b/i,
    ),
  scan: (doc) => [...fromQemu(doc), ...fromJson(doc), ...fromListing(doc)],
};

function fromQemu(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: { value: DiskImage; line: number; quote: string[] } | undefined;
  const close = () => {
    if (open && (open.value.virtualSize !== undefined || open.value.allocated !== undefined))
      facts.push(found('disk-image', open.value, open.line, open.quote.join('\n')));
    open = undefined;
  };
  for (const { n, text, typed } of consoleRows(doc)) {
    const image = text.length < 4096 ? /^\s*image:\s*(\S.*)$/.exec(text) : null;
    if (typed || image || /^\s*Child node/.test(text)) close();
    if (image) open = { value: { path: (image[1] ?? '').trim() }, line: n, quote: [text.trim()] };
    const row = open && /^\s*(file format|virtual size|disk size):\s*(\S.{0,100})$/.exec(text);
    if (!open || !row) continue;
    open.quote.push(text.trim());
    setField(open.value, row[1] ?? '', (row[2] ?? '').trim());
  }
  close();
  return facts;
}

function setField(value: DiskImage, key: string, text: string): void {
  if (key === 'file format') {
    value.format = text;
    return;
  }
  // `500 GiB (536870912000 bytes)`; old versions print `500G`
  const bytes = count(/\((\d+) bytes\)/.exec(text)?.[1]) ?? sizeBytes(text.replace(/\s*\(.*$/, ''), 'iec');
  if (bytes !== undefined) value[key === 'virtual size' ? 'virtualSize' : 'allocated'] = bytes;
}

function fromJson(doc: Document): Found[] {
  return doc.json.flatMap(({ value, line }) =>
    shapes(value).flatMap((one) => {
      const path = textOf(one.filename);
      const virtualSize = amount(one['virtual-size']);
      if (!path || virtualSize === undefined || !shape(one)) return [];
      const allocated = amount(one['actual-size']);
      const format = textOf(one.format);
      const image: DiskImage = {
        path,
        virtualSize,
        ...(allocated === undefined ? {} : { allocated }),
        ...(format ? { format } : {}),
      };
      return [found('disk-image', image, line, jsonQuote(one, ['filename', 'format', 'virtual-size', 'actual-size']))];
    }),
  );
}

function fromListing(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const row of listRows(doc)) {
    if (row.type !== '-' || !IMAGE.test(row.path)) continue;
    // only a raw file's length is the size of the disk in it
    const raw = /\.(?:raw|img)$|diffdisk$/i.test(row.path);
    const image: DiskImage = {
      path: row.path,
      ...(raw && row.size !== undefined ? { virtualSize: row.size, format: 'raw' } : {}),
      ...(row.allocated !== undefined
        ? { allocated: row.allocated }
        : !raw && row.size !== undefined
          ? { allocated: row.size }
          : {}),
    };
    facts.push(found('disk-image', image, row.line));
  }
  return facts;
}
