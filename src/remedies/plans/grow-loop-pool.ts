import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Check, Step } from '../../plan/plan.ts';
import { KEPT_FREE } from '../../stack/loop-room.ts';
import { foresee } from './foresee.ts';
import { type LoopFile, loopFileUnder } from './loop-file.ts';
import { ask, type PlannedRemedy, type PlanRequest } from './planned.ts';
import { poolGrows } from './pool-foreseen.ts';
import { bytesOf } from './settings.ts';
import { again, stoppedFileSystems } from './stopped-file-systems.ts';
import {
  METADATA_BLOCK,
  METADATA_MOST,
  type Pool,
  poolMeant,
  refuseNeedsCheck,
  SECTOR,
  statusOf,
  tableOf,
} from './thin-pool.ts';

/** A loop-lvm pool made larger where it is: files, loop devices, one swap of the table. Containers run on. */
export const growLoopPool: PlannedRemedy = {
  id: 'grow-loop-pool',
  settings: [
    {
      name: 'size',
      says: 'size of the pool afterwards (default: twice what it is, as far as the disk below carries it)',
      kind: 'bytes',
    },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const pool = yield* poolMeant(request);
  refuseNeedsCheck(pool);
  const data = yield* loopFileUnder(pool.dataDevice, 'data');
  const metadata = yield* loopFileUnder(pool.metadataDevice, 'metadata');
  const room = yield* roomBelow(data, metadata);
  const size = newSize(request, pool, data, room);
  const metadataSize = newMetadataSize(pool, metadata, size);
  const left = room.bytes - (size - data.allocated) - (metadataSize - metadata.allocated);
  const stopped = yield* stoppedFileSystems(request);
  const steps = [
    ...lengthen(data, size, pool),
    ...(metadataSize > metadata.size ? lengthen(metadata, metadataSize, pool) : []),
    swap(pool, data, size, metadataSize > metadata.size ? metadataSize : undefined),
    ...stopped.map((one) => again(request, one)),
  ];
  const foreseen = foresee(
    request.scene,
    (one) => one.layer.startsWith('store:') && one.bytes !== undefined && isDockers(request, one.consumer),
    poolGrows(pool, {
      dataBytes: size,
      metadataBytes: metadataSize,
      files: [
        { path: data.path, size },
        { path: metadata.path, size: metadataSize },
      ],
    }),
  );
  return {
    on: pool.name,
    settings: { size: String(size) },
    predicted: {
      ...foreseen,
      downtime: stopped.length * 5,
      seconds: 5 + stopped.length * 5,
      risk: stopped.length > 0 ? 'downtime' : 'online',
    },
    notes: [
      `${data.path} grows from ${data.size} to ${size} bytes; it is sparse, so the disk below gives blocks only as they are written.`,
      `${room.mount} has ${room.bytes} bytes free; with everything written that the pool then promises, ${left} stay.`,
      'A pool cannot be made smaller again.',
      ...(stopped.length > 0
        ? [
            `Containers whose file systems gave up are stopped and started: ${stopped.map(({ container }) => container.name).join(', ')}.`,
          ]
        : []),
    ],
    treats: [`/dev/mapper/${pool.name}`],
    steps,
  };
}

const isDockers = ({ scene }: PlanRequest, consumer: string): boolean =>
  scene.facts.has('engine', (one) => one.engine === 'docker' && one.root === consumer) || consumer.includes('docker');

interface RoomBelow {
  mount: string;
  bytes: number;
}

/** The loop driver's worker is root: what is kept back for root is open to it, but not planned with. */
function* roomBelow(data: LoopFile, metadata: LoopFile): Generator<Look, RoomBelow, Ran> {
  if (data.device !== metadata.device)
    throw new UllageError(
      'the two files of the pool lie on different file systems',
      `${data.path}, ${metadata.path}`,
      'That is none of Docker’s loop pools: grow it by hand, docs/remedies/grow-loop-pool.md',
    );
  const said = yield* ask(['df', '--block-size=1', '--output=avail,target', data.path]);
  const match = /^\s*(\d+)\s+(\S.*)$/m.exec(said.stdout.split('\n').slice(1).join('\n'));
  if (!match?.[1])
    throw new UllageError('df does not tell what is free', data.path, said.stderr.trim() || 'df -h tells');
  return { bytes: Number(match[1]), mount: match[2] ?? '' };
}

function newSize({ settings }: PlanRequest, pool: Pool, data: LoopFile, room: RoomBelow): number {
  const round = (bytes: number): number => Math.floor(bytes / pool.blockSize) * pool.blockSize;
  const most = round(data.allocated + room.bytes * (1 - KEPT_FREE));
  const given = settings.get('size');
  const wanted = given === undefined ? Math.min(2 * data.size, most) : round(bytesOf(given) ?? 0);
  const least = Math.max(data.size, pool.sectors * SECTOR) + pool.blockSize;
  if (wanted > most || most < least)
    throw new UllageError(
      'the file system below cannot carry a pool of that size',
      `${room.mount} has ${room.bytes} bytes free, so the pool could have ${Math.max(0, most)} bytes at most, it has ${pool.sectors * SECTOR}`,
      most >= least
        ? `Choose less: --set size=${most}`
        : 'Make room there first, or: ullage plan move-data-root --set to=DIR, ullage plan loop-to-direct-lvm --set device=DEVICE',
    );
  if (wanted < least)
    throw new UllageError(
      'a pool can only grow',
      `size=${given} is not more than the ${pool.sectors * SECTOR} bytes it has`,
      `Choose more: --set size=${Math.min(2 * data.size, most)}`,
    );
  return wanted;
}

/**
 * Metadata for the worst case, a mapping for each block: 168 in a block of 4 KiB (see stack/thin-metadata.ts),
 * and a quarter for what else is in it. Doubled as often as it takes.
 */
function newMetadataSize(pool: Pool, metadata: LoopFile, dataSize: number): number {
  const needed = (dataSize / pool.blockSize / 168) * 1.25 * METADATA_BLOCK;
  let size = metadata.size;
  while (size < needed || pool.status.usedMetadata > 0.75 * (size / METADATA_BLOCK)) size *= 2;
  return Math.max(metadata.size, Math.min(size, METADATA_MOST));
}

/** The file and its loop device take the new size; the pool does not see it yet. */
function lengthen(file: LoopFile, size: number, pool: Pool): Step[] {
  const capacity = (bytes: number): Check => ({
    says: `${file.loop} has ${bytes / SECTOR} sectors`,
    run: ['blockdev', '--getsz', file.loop],
    matches: `^${bytes / SECTOR}$`,
  });
  const length = (bytes: number): Check => ({
    says: `${file.path} has ${bytes} bytes`,
    run: ['stat', '-c', '%s', file.path],
    matches: `^${bytes}$`,
  });
  return [
    {
      id: `${file.what}-file`,
      title: `make the ${file.what} file larger`,
      why: 'the pool has the size of this sparse file; what is in it stays as it is',
      run: [['truncate', '--size', String(size), file.path]],
      // only while the pool does not know of the new length: cut off later, blocks in use would be gone
      undo: [
        ['truncate', '--size', String(file.size), file.path],
        ['losetup', '--set-capacity', file.loop],
      ],
      undoIf: [length(size), stillThat(pool)],
      before: [length(file.size), sameFile(file)],
      after: [length(size)],
      risk: 'online',
      idempotent: true,
      ifStopped: 'A longer sparse file; nothing uses it yet, and the pool is as before.',
    },
    {
      id: `${file.what}-loop`,
      title: 'let the loop device see it',
      why: 'a loop device keeps the size its file had when it was attached',
      run: [['losetup', '--set-capacity', file.loop]],
      undo: [],
      before: [length(size), sameFile(file)],
      after: [capacity(size)],
      risk: 'online',
      idempotent: true,
      ifStopped: 'A larger loop device; the pool is as before.',
    },
  ];
}

const sameFile = (file: LoopFile): Check => ({
  says: `${file.loop} lies on ${file.path}`,
  run: ['losetup', '--noheadings', '--output', 'NAME', '--associated', file.path],
  matches: `^${file.loop}\\s*$`,
});

const stillThat = (pool: Pool): Check => ({
  says: 'the pool has its old length',
  run: tableOf(pool.name),
  matches: `^0 ${pool.sectors} thin-pool `,
});

/** One resume swaps the tables in the kernel; there is no moment at which the pool is left suspended by us. */
function swap(pool: Pool, data: LoopFile, size: number, metadataSize: number | undefined): Step {
  const sectors = size / SECTOR;
  const table = pool.table.replace(/^0 \d+ /, `0 ${sectors} `);
  return {
    id: 'pool',
    title: 'give the pool its new length',
    why: 'writers that wait for room go on, or a pool that answered errors takes writes again',
    run: [
      ['dmsetup', 'load', pool.name, '--table', table],
      ['dmsetup', 'resume', '--noflush', '--nolockfs', '--noudevsync', pool.name],
    ],
    always: [['dmsetup', 'resume', '--noflush', '--nolockfs', '--noudevsync', pool.name]],
    before: [
      stillThat(pool),
      { says: `${data.loop} has the new size`, run: ['blockdev', '--getsz', data.loop], matches: `^${sectors}$` },
    ],
    after: [
      {
        says: 'the pool has its new length',
        run: tableOf(pool.name),
        matches: `^0 ${sectors} thin-pool `,
      },
      {
        says: 'the pool takes writes',
        run: statusOf(pool.name),
        matches: `^0 ${sectors} thin-pool .* \\d+/${size / pool.blockSize} .* rw `,
      },
      ...(metadataSize === undefined
        ? []
        : [
            {
              says: 'the pool has its new metadata',
              run: statusOf(pool.name),
              number: { pattern: 'thin-pool \\d+ \\d+/(\\d+) ', atLeast: pool.status.totalMetadata + 1 },
            },
          ]),
      {
        says: 'the pool is not suspended',
        run: ['dmsetup', 'info', '--columns', '--noheadings', '-o', 'suspended', pool.name],
        matches: '^Active',
      },
    ],
    risk: 'online',
    idempotent: true,
    settle: 20,
    ifStopped: 'The pool has its new length. It cannot be made smaller again.',
  };
}
