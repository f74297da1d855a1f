import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Argv, Step } from '../../plan/plan.ts';
import { foresee } from './foresee.ts';
import { ask, type PlannedRemedy, type PlanRequest, rest } from './planned.ts';
import { poolGrows } from './pool-foreseen.ts';
import { type Pool, poolMeant, refuseNeedsCheck, SECTOR } from './thin-pool.ts';

/** Below this it is not worth the while of a volume. */
const LEAST = 1024 ** 2;

/** Every mounted volume of the pool is asked to name its free blocks (FITRIM): the pool takes them back. */
export const thinTrim: PlannedRemedy = { id: 'thin-trim', settings: [], draft };

interface Mounted {
  device: string;
  at: string;
  /** whose mount namespace; absent: the host's */
  pid?: number;
  /** bytes of blocks that the pool holds for what the file system has free */
  free: number;
}

function* draft(request: PlanRequest): Drafting {
  const pool = yield* poolMeant(request);
  refuseNeedsCheck(pool);
  if (/ ignore_discard /.test(`${pool.table} ${pool.status.line} `))
    throw new UllageError(
      'the pool ignores discards',
      pool.name,
      'Its table says ignore_discard: with LVM lvchange --discards passdown, while the pool is not in use',
    );
  const mounted = yield* mountedVolumes(request, pool);
  const worth = mounted.filter((one) => one.free >= LEAST);
  if (worth.length === 0)
    throw new UllageError(
      'there is nothing to give back',
      `${mounted.length} mounted volumes of ${pool.name}`,
      'Only what was deleted in mounted volumes can be trimmed; a stopped container: ullage plan container-volume',
    );
  const freed = worth.reduce((sum, one) => sum + one.free, 0);
  return {
    on: pool.name,
    settings: {},
    predicted: {
      ...foresee(
        request.scene,
        (one) => one.layer.startsWith('store:') && one.bytes !== undefined,
        poolGrows(pool, { dataBytes: pool.sectors * SECTOR, freedBytes: freed }),
      ),
      freed,
      downtime: 0,
      seconds: 5 + worth.length * 5,
      risk: 'online',
    },
    notes: [
      `About ${freed} bytes are held for files that were deleted.`,
      'Volumes of stopped containers are not mounted: they are left out.',
    ],
    treats: [`/dev/mapper/${pool.name}`],
    steps: worth.map(trim),
  };
}

/** In the host's mount namespace, and in Docker's where that is another. */
function* mountedVolumes({ scene }: PlanRequest, pool: Pool): Generator<Look, Mounted[], Ran> {
  const thins = new Map(
    scene.facts.all('dm-table', (one) => one.thin !== undefined).map(({ value }) => [value.name, value]),
  );
  const daemon = scene.facts.first('process', (one) => /^dockerd/.test(one.program))?.value.pid;
  const found = new Map<string, Mounted>();
  for (const pid of [undefined, daemon]) {
    const where = pid ?? 1;
    const table = yield* ask(['cat', `/proc/${where}/mountinfo`]);
    for (const line of table.stdout.split('\n')) {
      const match = /^\d+ \d+ \S+ \/ (\S+) .* - (?:ext4|xfs) \/dev\/mapper\/(\S+) (?!ro\b)/.exec(line);
      const [, at = '', device = ''] = match ?? [];
      const volume = thins.get(device);
      if (!volume || found.has(device) || (pid === undefined && daemon === undefined && at === '')) continue;
      const mapped = scene.facts.first('dm-status', (one) => one.name === device && one.thin !== undefined)?.value.thin;
      const fs = yield* ask(['stat', '-f', '-c', '%S %b %f', `/proc/${where}/root${at}`]);
      const [block = 0, blocks = 0, free = 0] = fs.stdout.trim().split(' ').map(Number);
      const used = block * (blocks - free);
      found.set(device, {
        device,
        at,
        ...(pid === undefined ? {} : { pid }),
        free: Math.max(0, (mapped?.mappedSectors ?? 0) * SECTOR - Math.ceil(used / pool.blockSize) * pool.blockSize),
      });
    }
  }
  if (daemon !== undefined) yield* rest('the Docker daemon', ['readlink', `/proc/${daemon}/ns/mnt`]);
  return [...found.values()];
}

function trim({ device, at, pid }: Mounted, index: number): Step {
  const inside: Argv = pid === undefined ? [] : ['nsenter', '--target', String(pid), '--mount', '--'];
  return {
    id: `trim-${index + 1}`,
    title: `trim ${device}`,
    why: `deleting files gives no block back to the pool; this does, and changes no file`,
    run: [[...inside, 'fstrim', '--verbose', at]],
    undo: [],
    before: [
      {
        says: 'the volume is mounted there',
        run: [...inside, 'findmnt', '--noheadings', '--output', 'SOURCE', '--mountpoint', at],
        matches: `^/dev/mapper/${device}$`,
      },
    ],
    after: [],
    risk: 'online',
    idempotent: true,
    timeout: 3600,
    ifStopped: 'What was trimmed until then is free.',
  };
}
