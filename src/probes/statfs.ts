import type { StatfsValue } from '../host/host.ts';
import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Facts, type Found, found } from './fact.ts';
import type { Ask, Probe } from './probe.ts';
import { amount, shape } from './shape.ts';
import { count } from './size.ts';
import { statfsPaths } from './statfs-paths.ts';

/** f_type by the names stat(1) prints (linux/magic.h; coreutils src/stat.c human_fstype). */
const MAGIC = new Map<string, number>(
  Object.entries({
    btrfs: 0x9123683e,
    'ext2/ext3': 0xef53,
    xfs: 0x58465342,
    tmpfs: 0x01021994,
    ramfs: 0x858458f6,
    overlayfs: 0x794c7630,
    overlay: 0x794c7630,
    zfs: 0x2fc12fc1,
    nfs: 0x6969,
    f2fs: 0xf2f52010,
    fuseblk: 0x65735546,
    fuse: 0x65735546,
    squashfs: 0x73717368,
    aufs: 0x61756673,
    jfs: 0x3153464a,
    reiserfs: 0x52654973,
    msdos: 0x4d44,
    smb2: 0xfe534d42,
    cifs: 0xff534d42,
    ceph: 0x00c36400,
    v9fs: 0x01021997,
  }),
);

export const statfs: Probe = {
  id: 'statfs',
  title: 'statfs(2): exact blocks and inodes of a file system; stat -f',
  asks: statfsAsks,
  recognises: (doc) => doc.origin.kind === 'statfs' || mayHold(doc, ['stat'], /Fundamental block size|Inodes: Total/),
  scan: (doc) => (doc.origin.kind === 'statfs' ? fromKernel(doc, doc.origin.path) : fromText(doc)),
};

function statfsAsks(known: Facts): Ask[] {
  return statfsPaths(known).map((path) => ({
    kind: 'statfs',
    path,
    timeoutMs: 3000,
    optional: true,
    what: `room in ${path}`,
  }));
}

function fromKernel(doc: Document, path: string): Found[] {
  const read = shape(doc.json[0]?.value);
  const value = read && valueOf((key) => amount(read[key]));
  return value ? [found('statfs', { path, ...value }, undefined, quoteOf(path, value))] : [];
}

function valueOf(get: (key: keyof StatfsValue) => number | undefined): StatfsValue | undefined {
  const [type, blockSize, blocks, bfree, bavail, files, ffree] = (
    ['type', 'blockSize', 'blocks', 'bfree', 'bavail', 'files', 'ffree'] as const
  ).map(get);
  if (blockSize === undefined || blockSize === 0 || blocks === undefined || bfree === undefined || bavail === undefined)
    return undefined;
  if (!Number.isSafeInteger(blocks * blockSize)) return undefined;
  return { type: type ?? 0, blockSize, blocks, bfree, bavail, files: files ?? 0, ffree: ffree ?? 0 };
}

function quoteOf(path: string, value: StatfsValue): string {
  const inodes = value.files > 0 ? `, inodes ${value.files}, free ${value.ffree}` : '';
  return `statfs ${path}: ${value.blocks} blocks of ${value.blockSize} bytes, free ${value.bfree}, available ${value.bavail}${inodes}`;
}

/** `stat -f`: five lines for each path. */
function fromText(doc: Document): Found[] {
  const facts: Found[] = [];
  let path: { name: string; line: number } | undefined;
  let fields: Record<string, number> = {};
  for (const { n, text } of consoleRows(doc)) {
    const file = /^\s*File: ["'‘]?(\/[^"'’]*)["'’]?\s*$/.exec(text);
    if (file) {
      path = { name: file[1] ?? '', line: n };
      fields = {};
      continue;
    }
    if (!path) continue;
    const type = /\bType: (\S+)(?: \((0x[0-9a-f]{1,16})\))?/.exec(text);
    if (type) put(fields, 'type', type[2] ? Number(type[2]) : MAGIC.get(type[1] ?? ''));
    const size = /Block size:\s*(\d+)\s+Fundamental block size:\s*(\d+)/.exec(text);
    if (size) put(fields, 'blockSize', count(size[2]));
    const blocks = /^\s*Blocks: Total:\s*(\d+)\s+Free:\s*(\d+)\s+Available:\s*(\d+)/.exec(text);
    if (blocks) for (const [i, key] of ['blocks', 'bfree', 'bavail'].entries()) put(fields, key, count(blocks[i + 1]));
    const inodes = /^\s*Inodes: Total:\s*(\d+)\s+Free:\s*(\d+)/.exec(text);
    if (!inodes) continue;
    put(fields, 'files', count(inodes[1]));
    put(fields, 'ffree', count(inodes[2]));
    const value = valueOf((key) => fields[key]);
    if (value)
      facts.push(
        found(
          'statfs',
          { path: path.name, ...value },
          path.line,
          quoteOf(path.name, value).replace(/^statfs/, 'stat -f'),
        ),
      );
    path = undefined;
  }
  return facts;
}

function put(fields: Record<string, number>, key: string, value: number | undefined): void {
  if (value !== undefined && Number.isSafeInteger(value)) fields[key] = value;
}
