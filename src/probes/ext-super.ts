import { consoleRows, mayHold } from './console-rows.ts';
import { dataMounts } from './data-mounts.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { ExtSuper } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** Fields of the listing that are kept. */
const KEPT =
  /^\s*(Filesystem state|Filesystem features|Inode count|Block count|Reserved block count|Free blocks|Free inodes|Block size|Reserved blocks uid|FS Error count|Last mounted on):\s*(\S.*)$/;

export const extSuper: Probe = {
  id: 'ext-super',
  title: 'tune2fs -l, dumpe2fs -h: inodes, reserved blocks and errors of an ext file system',
  asks: (known) =>
    dataMounts(known, /^ext[234]$/)
      .filter(({ source }) => source.startsWith('/dev/'))
      .map(({ source }) => ({
        kind: 'run',
        argv: ['tune2fs', '-l', source],
        timeoutMs: 5000,
        optional: true,
        what: `reserved blocks and recorded errors of ${source}`,
      })),
  recognises: (doc) => mayHold(doc, ['tune2fs', 'dumpe2fs'], /Reserved block count:|Inode count:/),
  scan: scanSuper,
};

interface Open {
  values: Map<string, string>;
  line: number;
  quote: string[];
  device?: string;
}

function scanSuper(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: Open | undefined;
  const close = () => {
    const value = open && superOf(open);
    if (open && value) facts.push(found('ext-super', value, open.line, open.quote.join('\n')));
    open = undefined;
  };
  for (const { n, text, command, typed } of consoleRows(doc)) {
    if (typed || /^\s*Filesystem volume name:/.test(text)) close();
    const row = text.length < 2000 ? KEPT.exec(text) : null;
    if (!row) continue;
    const [, key = '', value = ''] = row;
    if (open?.values.has(key)) close();
    const device = /(?:tune2fs|dumpe2fs)\s.{0,80}?(\/dev\/[^\s|;&'"]+)/.exec(command)?.[1];
    open ??= { values: new Map(), line: n, quote: [], ...(device ? { device } : {}) };
    open.values.set(key, value.trim());
    open.quote.push(text.trim());
  }
  close();
  return facts;
}

function superOf(open: Open): ExtSuper | undefined {
  const number = (key: string) => count(/^\d+/.exec(open.values.get(key) ?? '')?.[0]);
  const [blockSize, blockCount, inodeCount] = [number('Block size'), number('Block count'), number('Inode count')];
  const reservedBlocks = number('Reserved block count');
  if (!blockSize || blockCount === undefined || inodeCount === undefined || reservedBlocks === undefined)
    return undefined;
  const optional = {
    freeBlocks: number('Free blocks'),
    freeInodes: number('Free inodes'),
    reservedUid: number('Reserved blocks uid'),
    errorCount: number('FS Error count'),
    state: open.values.get('Filesystem state'),
  };
  return {
    ...(open.device ? { device: open.device } : {}),
    blockSize,
    blockCount,
    reservedBlocks,
    inodeCount,
    ...Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)),
    features: (open.values.get('Filesystem features') ?? '').split(/\s+/).filter((word) => word !== ''),
  };
}
