import type { State } from '../../src/watch/state.ts';

const GIB = 2 ** 30;

/** A host with a btrfs data root on a loop file, a forecast and a finding; names are as hostile as names can be. */
export function sceneState(hostile = ''): State {
  const stoppedBy = { layer: 'fs:/data', resource: 'unallocated' as const, why: 'no chunk can be made' };
  return {
    interval: 60,
    incidents: [],
    look: {
      at: 1_800_000_000,
      seconds: 2.5,
      host: { hostname: `db1${hostile}`, engines: [] },
      layers: [
        {
          id: 'fs:/data',
          kind: 'file-system',
          name: `btrfs on /dev/loop0${hostile}`,
          path: '/data',
          storage: 'btrfs',
          resources: [
            { name: 'data', unit: 'bytes', capacity: 8 * GIB, used: 7 * GIB, free: GIB, detail: 'single' },
            { name: 'metadata', unit: 'bytes', capacity: GIB, used: GIB / 2, free: GIB / 4, detail: 'DUP' },
            { name: 'unallocated', unit: 'bytes', capacity: 10 * GIB, free: GIB, detail: '/dev/loop0' },
            { name: 'unallocated', unit: 'bytes', capacity: 10 * GIB, free: 2 * GIB, detail: '/dev/loop1' },
          ],
          on: ['disk:sda'],
        },
        {
          id: 'disk:sda',
          kind: 'disk',
          name: 'disk sda',
          resources: [{ name: 'bytes', unit: 'bytes', capacity: 20 * GIB }],
          on: [],
        },
        {
          id: 'pool:p',
          kind: 'thin-pool',
          name: 'thin pool p',
          storage: 'loop-lvm',
          resources: [{ name: 'inodes', unit: 'count', capacity: 100, used: 99, free: 1 }],
          on: ['disk:sda'],
        },
      ],
      headroom: [
        { consumer: `/data${hostile}`, layer: 'fs:/data', bytes: 2 * GIB, inodes: 7, dfAvailable: 3 * GIB, stoppedBy },
        { consumer: '/other', layer: 'pool:p', unknown: { what: 'free space', run: 'df' } },
      ],
      findings: [
        {
          cause: 'btrfs-metadata-exhausted',
          severity: 'critical',
          confidence: 'confirmed',
          subject: `/data${hostile}`,
          explanation: `Every byte is promised.${hostile}`,
          evidence: [
            { fact: `shown${hostile}`, source: 'btrfs filesystem df', quote: `Metadata, DUP: total=1.00GiB${hostile}` },
          ],
          remedies: ['btrfs-rebalance'],
        },
      ],
    },
    outlooks: [
      { consumer: `/data${hostile}`, seconds: 7200, soonest: 7000, latest: 8000, rate: -1, seen: 86400, by: 'drift' },
    ],
  };
}
