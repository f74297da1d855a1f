import { UllageError } from '../../host/host.ts';
import type { Drafting } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { escapePattern } from '../../tools/escape-pattern.ts';
import { foresee } from './foresee.ts';
import { emptyDevice, type LvmPool, lvmPool, lvsOf } from './lvm-pool.ts';
import type { PlannedRemedy, PlanRequest } from './planned.ts';
import { poolGrows } from './pool-foreseen.ts';
import { bytesOf } from './settings.ts';
import { again, stoppedFileSystems } from './stopped-file-systems.ts';
import { METADATA_BLOCK, METADATA_MOST, type Pool, poolMeant, refuseNeedsCheck, statusOf } from './thin-pool.ts';

/** LVM keeps a spare of the size of the largest metadata in each group (lvmthin(7), "Spare metadata LV"). */
const WITH_SPARE = 2;
/** Of what the group has, kept for a step of autoextend. */
const KEPT_FREE = 0.2;
/** What LVM writes at the beginning of a physical volume, and rounding to extents. */
const PV_OVERHEAD = 1024 ** 2;

/** Data and metadata of an LVM thin pool made larger from its volume group, to which a disk may be added first. */
export const thinExtend: PlannedRemedy = {
  id: 'thin-extend',
  settings: [
    {
      name: 'size',
      says: 'size of the pool afterwards (default: twice what it is, or four fifths of what the group has)',
      kind: 'bytes',
    },
    { name: 'metadata', says: 'size of its metadata afterwards (default: enough for that)', kind: 'bytes' },
    { name: 'device', says: 'an empty disk that is added to the volume group first', kind: 'path' },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const pool = yield* poolMeant(request);
  refuseNeedsCheck(pool);
  const lvm = yield* lvmPool(pool.name);
  const device = request.settings.get('device');
  const added = device === undefined ? 0 : (yield* emptyDevice(device)) - PV_OVERHEAD;
  const free = lvm.free + Math.floor(added / lvm.extent) * lvm.extent;
  const sizes = wanted(request, pool, lvm, free);
  const stopped = yield* stoppedFileSystems(request);
  const left = free - (sizes.data - lvm.size) - WITH_SPARE * (sizes.metadata - lvm.metadataSize);
  const store = (one: { layer: string; bytes?: number }): boolean =>
    one.layer.startsWith('store:') && one.bytes !== undefined;
  return {
    on: lvm.lv,
    settings: {
      size: String(sizes.data),
      metadata: String(sizes.metadata),
      ...(device === undefined ? {} : { device }),
    },
    predicted: {
      ...foresee(request.scene, store, {
        ...poolGrows(pool, { dataBytes: sizes.data, metadataBytes: sizes.metadata }),
        vg: (vg) => (vg.name === lvm.vg ? { ...vg, free: Math.max(0, left), size: vg.size + added } : vg),
      }),
      downtime: stopped.length * 5,
      seconds: 10 + stopped.length * 5,
      risk: stopped.length > 0 ? 'downtime' : 'online',
    },
    notes: [
      `${lvm.vg} has ${free} bytes to give${device === undefined ? '' : ` with ${device}`}, ${Math.max(0, left)} stay.`,
      ...(device === undefined ? [] : [`The pool then lies on ${device} too: losing one disk loses all.`]),
      'A pool cannot be made smaller again.',
      ...(lvm.monitored ? [] : ['Nothing extends this pool by itself: ullage plan thin-autoextend.']),
      ...(stopped.length > 0
        ? [
            `Containers whose file systems gave up are stopped and started: ${stopped.map(({ container }) => container.name).join(', ')}.`,
          ]
        : []),
    ],
    treats: [`/dev/mapper/${pool.name}`],
    steps: [
      ...(device === undefined ? [] : [addDevice(lvm, device)]),
      ...(sizes.metadata > lvm.metadataSize ? [extend(pool, lvm, 'metadata', sizes.metadata)] : []),
      ...(sizes.data > lvm.size ? [extend(pool, lvm, 'data', sizes.data)] : []),
      ...stopped.map((one) => again(request, one)),
    ],
  };
}

interface Sizes {
  data: number;
  metadata: number;
}

function wanted({ settings, finding }: PlanRequest, pool: Pool, lvm: LvmPool, free: number): Sizes {
  const up = (bytes: number): number => Math.ceil(bytes / lvm.extent) * lvm.extent;
  const down = (bytes: number): number => Math.floor(bytes / lvm.extent) * lvm.extent;
  const { usedBlocks, totalBlocks, usedMetadata, totalMetadata } = pool.status;
  const given = settings.get('size');
  const onlyMetadata =
    given === undefined && finding?.cause.startsWith('dm-thin-metadata') === true && usedBlocks < 0.8 * totalBlocks;
  const asked = settings.get('metadata');
  // a mapping for each block, 168 in a block of 4 KiB (stack/thin-metadata.ts), and a quarter for what else is in it
  const need = (data: number): number => {
    const worst = (data / lvm.chunkSize / 168) * 1.25 * METADATA_BLOCK;
    const sized = asked === undefined ? worst : (bytesOf(asked) ?? 0);
    const short = usedMetadata > 0.75 * totalMetadata ? 2 * lvm.metadataSize : lvm.metadataSize;
    return Math.max(
      lvm.metadataSize,
      Math.min(up(asked === undefined ? Math.max(sized, short) : sized), METADATA_MOST),
    );
  };
  const most = down(lvm.size + (free - WITH_SPARE * (need(2 * lvm.size) - lvm.metadataSize)) * (1 - KEPT_FREE));
  const data = onlyMetadata
    ? lvm.size
    : given === undefined
      ? Math.max(lvm.size, Math.min(2 * lvm.size, most))
      : up(bytesOf(given) ?? 0);
  const metadata = need(data);
  const growth = data - lvm.size + WITH_SPARE * (metadata - lvm.metadataSize);
  if (data < lvm.size || metadata < lvm.metadataSize || growth <= 0)
    throw new UllageError(
      free < lvm.extent ? 'the volume group has nothing left' : 'a pool can only grow',
      `${lvm.lv} has ${lvm.size} bytes of data and ${lvm.metadataSize} of metadata, ${lvm.vg} has ${free} bytes free`,
      free < lvm.extent ? 'Add an empty disk: --set device=/dev/DISK' : 'Choose more: --set size=…',
    );
  if (growth > free)
    throw new UllageError(
      'the volume group does not have that much',
      `${growth} bytes are needed (metadata counts twice, LVM keeps a spare of it), ${lvm.vg} has ${free}`,
      'Choose less with --set size=…, or add an empty disk: --set device=/dev/DISK',
    );
  return { data, metadata };
}

function addDevice(lvm: LvmPool, device: string): Step {
  const there = (matches: string) => ({
    says: matches === '.' ? `${device} is part of ${lvm.vg}` : `${device} is free`,
    run: ['pvs', '--noheadings', '--options', 'pv_name', '--select', `pv_name=${device} && vg_name=${lvm.vg}`],
    ...(matches === '.' ? { matches: escapePattern(device) } : { lacks: escapePattern(device) }),
  });
  return {
    id: 'add-device',
    title: `add ${device} to the volume group ${lvm.vg}`,
    why: 'the group itself has too little left',
    run: [['vgextend', '--yes', lvm.vg, device]],
    undo: [
      ['vgreduce', lvm.vg, device],
      ['pvremove', '--yes', device],
    ],
    undoIf: [there('.')],
    before: [
      there('!'),
      { says: `${device} is empty`, run: ['wipefs', '--no-act', '--noheadings', device], lacks: '\\S' },
    ],
    after: [there('.')],
    risk: 'online',
    idempotent: false,
    ifStopped: `${device} is an empty part of ${lvm.vg}; the pool is as before.`,
  };
}

function extend(pool: Pool, lvm: LvmPool, what: 'data' | 'metadata', size: number): Step {
  const field = what === 'data' ? 'lv_size' : 'lv_metadata_size';
  const option = what === 'data' ? '--size' : '--poolmetadatasize';
  const now = what === 'data' ? lvm.size : lvm.metadataSize;
  const has = (bytes: number) => ({
    says: `LVM says ${bytes} bytes of ${what}`,
    run: lvsOf(lvm.lv, field),
    matches: `^\\s*${bytes}\\s*$`,
  });
  return {
    id: `extend-${what}`,
    title: `extend the ${what} of ${lvm.lv}`,
    why:
      what === 'data'
        ? 'writers that wait for room go on, or a pool that answered errors takes writes again'
        : 'every block of the pool needs a place in the map; a pool that turned read-only takes writes again',
    run: [['lvextend', '--yes', option, `${size}b`, lvm.lv]],
    // an lvextend cut short between its own metadata and the kernel's tables: this makes the two agree
    always: [['lvchange', '--refresh', lvm.lv]],
    before: [has(now)],
    after: [
      has(size),
      {
        says: 'the kernel has it too',
        run: statusOf(pool.name),
        number:
          what === 'data'
            ? { pattern: 'thin-pool \\d+ \\d+/\\d+ \\d+/(\\d+) ', atLeast: Math.floor(size / pool.blockSize) }
            : { pattern: 'thin-pool \\d+ \\d+/(\\d+) ', atLeast: Math.min(size, METADATA_MOST) / METADATA_BLOCK - 1 },
      },
      { says: 'the pool takes writes', run: statusOf(pool.name), matches: ' (?:rw|out_of_data_space) ' },
    ],
    risk: 'online',
    idempotent: false,
    settle: 20,
    ifStopped: `The ${what} has its new size. It cannot be made smaller again.`,
  };
}
