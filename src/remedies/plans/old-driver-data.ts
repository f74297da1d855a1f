import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv, Check } from '../../plan/plan.ts';
import { ask } from './planned.ts';

export interface OldData {
  run: Argv[];
  before: Check[];
  after: Check[];
  /** what its deletion gives back to the file system, where the layers of the new store take `written` */
  bytes(written: number): number;
  /** what is left for the operator's own hands */
  notes: string[];
}

/** How the data of a driver that is not used any more is deleted: only after the operator confirmed. */
export function* oldDriverData(
  root: string,
  driver: string,
  containers: readonly string[],
): Generator<Look, OldData, Ran> {
  const records = [`${root}/image/${driver}`, ...containers.map((id) => `${root}/containers/${id}`)];
  const directory = `${root}/${driver}`;
  // sparse files by what they hold; what is mounted below is another file system
  const size = yield* ask(['du', '--summarize', '--one-file-system', '--block-size=1', directory], 600_000);
  const held = Number(/^(\d+)/.exec(size.stdout)?.[1] ?? 0);
  const base: OldData = {
    bytes: () => held,
    run: [],
    before: [{ says: 'nothing of it is mounted', run: ['cat', '/proc/self/mounts'], lacks: ` ${directory}/` }],
    after: [{ says: 'it is gone', run: ['test', '-e', `${root}/image/${driver}`], exit: 1 }],
    notes: [],
  };
  if (driver === 'btrfs') {
    const list = yield* ask(
      ['find', `${root}/btrfs/subvolumes`, '-mindepth', '1', '-maxdepth', '1', '-type', 'd'],
      120_000,
    );
    const subvolumes = list.stdout.split('\n').filter((line) => line !== '');
    return {
      ...base,
      // snapshots share what they have in common: du counts it for each of them
      bytes: (written) => written,
      before: [],
      run: [
        ...inGroups(subvolumes, 200).map((group) => ['btrfs', 'subvolume', 'delete', ...group]),
        ['rm', '-rf', '--one-file-system', ...records, directory],
      ],
    };
  }
  if (driver === 'devicemapper') {
    const loops = yield* ask(['losetup', '--list', '--noheadings', '--output', 'NAME,BACK-FILE']);
    const own = loops.stdout.includes(`${directory}/`);
    return {
      ...base,
      before: [
        ...base.before,
        {
          says: 'its loop devices are gone',
          run: ['losetup', '--list', '--noheadings', '--output', 'BACK-FILE'],
          lacks: `^${directory}/devicemapper/`,
        },
      ],
      run: [['rm', '-rf', '--one-file-system', ...records, directory]],
      notes: own ? [] : ['Its thin pool is a logical volume: lvremove it when you are sure; ullage leaves it.'],
    };
  }
  return { ...base, run: [['rm', '-rf', '--one-file-system', ...records, directory]] };
}

function inGroups<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
    list.slice(index * size, (index + 1) * size),
  );
}
