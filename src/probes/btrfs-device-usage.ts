import { blockGroupType, Coarsest } from './btrfs-text.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BtrfsDeviceUsage } from './facts/btrfs.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

const TEXT = /, ID: \d+/;
const HEAD = /^\s*(\/\S+|missing), ID: (\d+)\s*$/;
const ROW =
  /^\s*(Device size|Device slack|Unallocated|(?:Data\+Metadata|Data|Metadata|System),\s?\w+(?:\/\d+)?):\s*([\d.,]+\s?[KMGTPE]?i?B?)\s*$/i;

export const btrfsDeviceUsage: Probe = {
  id: 'btrfs-device-usage',
  title: 'btrfs device usage: chunks and unallocated space of each device',
  recognises: (doc) =>
    mayHold(doc, [], TEXT) ||
    (doc.origin.kind === 'run' && doc.origin.argv.some((word) => word.endsWith('btrfs')) && TEXT.test(doc.text)),
  scan: scanDevices,
};

function scanDevices(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: { value: BtrfsDeviceUsage; line: number; quote: string[]; sizes: Coarsest } | undefined;
  const close = () => {
    if (open && open.quote.length > 1)
      facts.push(found('btrfs-device-usage', { ...open.value, ...open.sizes.field }, open.line, open.quote.join('\n')));
    open = undefined;
  };
  for (const { n, text } of consoleRows(doc)) {
    const head = HEAD.exec(text);
    if (head) {
      close();
      const devid = count(head[2]);
      open = {
        value: { path: head[1] ?? '', ...(devid === undefined ? {} : { devid }), allocations: [] },
        line: n,
        quote: [text.trim()],
        sizes: new Coarsest(),
      };
      continue;
    }
    const row = open && ROW.exec(text);
    if (!open || !row) {
      if (text.trim() !== '') close();
      continue;
    }
    const bytes = open.sizes.bytes(row[2]);
    if (bytes === undefined) continue;
    open.quote.push(text.trim());
    setField(open.value, row[1] ?? '', bytes);
  }
  close();
  return facts;
}

function setField(value: BtrfsDeviceUsage, key: string, bytes: number): void {
  switch (key.toLowerCase()) {
    case 'device size':
      value.size = bytes;
      return;
    case 'device slack':
      value.slack = bytes;
      return;
    case 'unallocated':
      value.unallocated = bytes;
      return;
    default: {
      const [word = '', profile = ''] = key.split(/,\s?/);
      const type = blockGroupType(word);
      if (type && type !== 'reserve') value.allocations.push({ type, profile, size: bytes });
    }
  }
}
