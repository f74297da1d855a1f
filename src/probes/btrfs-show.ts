import { Coarsest } from './btrfs-text.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BtrfsShow } from './facts/btrfs.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

const LABEL = /^\s*Label:\s+(?:'([^']*)'|"([^"]*)"|(\S+))\s+uuid:\s*([0-9a-fA-F-]{8,36})/;
const TOTAL = /^\s*Total devices\s+(\d+)\s+FS bytes used\s+(\S+)/;
const DEVICE = /^\s*devid\s+(\d+)\s+size\s+(\S+)\s+used\s+(\S+)(?:\s+path\s+(\S.*))?/;

export const btrfsShow: Probe = {
  id: 'btrfs-show',
  title: 'btrfs filesystem show: devices, and how much of them is given to chunks',
  asks: (known) =>
    known.has('mount', (mount) => mount.fstype === 'btrfs')
      ? [
          {
            kind: 'run',
            argv: ['btrfs', 'filesystem', 'show', '--raw', '-m'],
            optional: true,
            what: 'devices of btrfs file systems',
          },
        ]
      : [],
  recognises: (doc) =>
    mayHold(doc, [], /devid\s+\d+\s+size\s/) || (doc.origin.kind === 'run' && /devid\s+\d+\s+size\s/.test(doc.text)),
  scan: scanShow,
};

function scanShow(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: { value: BtrfsShow; line: number; quote: string[]; sizes: Coarsest } | undefined;
  const close = () => {
    if (open && open.value.devices.length > 0)
      facts.push(found('btrfs-show', { ...open.value, ...open.sizes.field }, open.line, open.quote.join('\n')));
    open = undefined;
  };
  for (const { n, text } of consoleRows(doc)) {
    const label = LABEL.exec(text);
    if (label) {
      close();
      const name = label[1] ?? label[2] ?? (label[3] === 'none' ? undefined : label[3]);
      open = {
        value: { ...(name ? { label: name } : {}), uuid: (label[4] ?? '').toLowerCase(), devices: [] },
        line: n,
        quote: [text.trim()],
        sizes: new Coarsest(),
      };
      continue;
    }
    const total = TOTAL.exec(text);
    const device = total ? null : DEVICE.exec(text);
    if (!total && !device) {
      if (open && /\bmissing\b/i.test(text) && /device/i.test(text)) open.quote.push(text.trim());
      continue;
    }
    // the first lines of a paste are often cut off: the devices still say what matters
    open ??= { value: { uuid: '', devices: [] }, line: n, quote: [], sizes: new Coarsest() };
    open.quote.push(text.trim());
    if (total) addTotal(open.value, open.sizes, total);
    if (device) addDevice(open.value, open.sizes, device);
  }
  close();
  return facts;
}

function addTotal(value: BtrfsShow, sizes: Coarsest, total: RegExpExecArray): void {
  const devices = count(total[1]);
  const used = sizes.bytes(total[2]);
  if (devices !== undefined) value.totalDevices = devices;
  if (used !== undefined) value.bytesUsed = used;
}

function addDevice(value: BtrfsShow, sizes: Coarsest, device: RegExpExecArray): void {
  const devid = count(device[1]);
  const size = sizes.bytes(device[2]);
  const used = sizes.bytes(device[3]);
  if (devid === undefined || size === undefined || used === undefined) return;
  const missing = /\bmissing\b/i.test(device[4] ?? '');
  const path = (device[4] ?? '').split(/\s+/)[0] ?? '';
  value.devices.push({ devid, size, used, ...(path.startsWith('/') ? { path } : {}), ...(missing ? { missing } : {}) });
}
