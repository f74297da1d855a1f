import { consoleRows, mayHold } from './console-rows.ts';
import { dataMounts } from './data-mounts.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { XfsInfo } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

export const xfsInfo: Probe = {
  id: 'xfs-info',
  title: 'xfs_info: geometry, inode limit (imaxpct) and features of an xfs',
  asks: (known) =>
    dataMounts(known, /^xfs$/).map(({ target }) => ({
      kind: 'run',
      argv: ['xfs_info', target],
      timeoutMs: 5000,
      optional: true,
      what: `features of the xfs at ${target}`,
    })),
  recognises: (doc) => mayHold(doc, ['xfs_info', 'xfs_growfs', 'mkfs.xfs'], /meta-data=/),
  scan: scanXfsInfo,
};

function scanXfsInfo(doc: Document): Found[] {
  const facts: Found[] = [];
  let open: { device: string; line: number; section: string; values: Map<string, string>; quote: string[] } | undefined;
  const close = () => {
    const value = open && infoOf(open.device, open.values);
    if (open && value) facts.push(found('xfs-info', value, open.line, open.quote.join('\n')));
    open = undefined;
  };
  for (const { n, text } of consoleRows(doc)) {
    if (text.length > 2000) continue;
    const meta = /meta-data\s*=\s*(\S+)/.exec(text);
    if (meta) {
      close();
      open = { device: meta[1] ?? '', line: n, section: 'meta', values: new Map(), quote: [] };
    }
    if (!open) continue;
    const section = /^\s*(data|naming|log|realtime)\s*=/.exec(text)?.[1];
    if (section) open.section = section;
    if (!section && !meta && !/^\s*=/.test(text)) {
      if (text.trim() !== '') close();
      continue;
    }
    open.quote.push(text.trim());
    for (const [, key = '', value = ''] of text.matchAll(/([a-z][\w-]{0,20})\s*=\s?(\d+)/g))
      open.values.set(`${open.section}.${key}`, value);
  }
  close();
  return facts;
}

function infoOf(device: string, values: Map<string, string>): XfsInfo | undefined {
  const number = (key: string) => count(values.get(key));
  const blockSize = number('data.bsize');
  const blocks = number('data.blocks');
  if (!blockSize || blocks === undefined) return undefined;
  const plain = {
    agCount: number('meta.agcount'),
    inodeSize: number('meta.isize'),
    imaxpct: number('data.imaxpct'),
    realtimeBlocks: number('realtime.blocks'),
  };
  const flags = { sparse: number('meta.sparse'), reflink: number('meta.reflink'), ftype: number('naming.ftype') };
  return {
    device,
    blockSize,
    blocks,
    ...Object.fromEntries(Object.entries(plain).filter(([, value]) => value !== undefined)),
    ...Object.fromEntries(
      Object.entries(flags).flatMap(([key, value]) => (value === undefined ? [] : [[key, value === 1]])),
    ),
  };
}
