import { mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import type { Facts, Found } from './fact.ts';
import type { Ask, Probe } from './probe.ts';
import { fromZfsGet, fromZfsList } from './zfs-datasets.ts';
import { fromZpoolList } from './zpool-list.ts';

export const ZFS_COLUMNS = 'name,used,avail,refer,mountpoint,usedbysnapshots,quota,refquota,reservation,refreservation';

export const zfs: Probe = {
  id: 'zfs',
  title: 'zfs list, zfs get, zpool list: datasets, their limits, pools',
  asks: zfsAsks,
  recognises: (doc) =>
    mayHold(
      doc,
      ['zfs', 'zpool'],
      /NAME\s+USED\s+AVAIL|NAME\s+PROPERTY\s+VALUE|NAME\s+SIZE\s+(?:ALLOC|USED)\s|\t(?:used|available|quota|refquota)\t|(?:^|\n)\S+\s+(?:used|available|quota)\s+\S+\s+[-a-z]/,
    ),
  scan: (doc: Document): Found[] => [...fromZfsList(doc), ...fromZfsGet(doc), ...fromZpoolList(doc)],
};

function zfsAsks(known: Facts): Ask[] {
  const here =
    known.has('mount', (mount) => mount.fstype === 'zfs') || known.has('engine', (engine) => engine.driver === 'zfs');
  if (!here) return [];
  return [
    { kind: 'run', argv: ['zfs', 'list', '-Hp', '-o', ZFS_COLUMNS], timeoutMs: 5000, what: 'zfs datasets' },
    {
      kind: 'run',
      argv: ['zpool', 'list', '-Hp', '-o', 'name,size,alloc,free,cap,frag,health'],
      timeoutMs: 5000,
      what: 'zfs pools',
    },
  ];
}
