import type { Facts } from '../probes/fact.ts';
import { fileSystemOf, mountedFileSystems } from './mounts.ts';

/** Docker's storage drivers seen from one host. */
export interface DriverComparison {
  version: 1;
  docker?: string;
  root?: string;
  /** of the data root */
  fileSystem?: string;
  drivers: DriverVerdict[];
  /** what to do, when another one is better */
  advice?: string;
}

export interface DriverVerdict {
  name: string;
  current: boolean;
  /** absent: not known */
  usable?: boolean;
  /** why it can or cannot be used here */
  why: string[];
  /** what is exhausted first under it, which df does not show */
  runsOut: string;
}

interface Driver {
  name: string;
  runsOut: string;
  /** major version of Docker that no longer has it (release notes of 23.0 and 25.0) */
  goneIn?: number;
  /** name in /proc/filesystems that the kernel must know */
  kernel?: string;
  /** file systems of the data root it needs, and those it refuses (moby, daemon/graphdriver) */
  needs?: string;
  refuses?: RegExp;
  remark: string;
}

const DRIVERS: readonly Driver[] = [
  {
    name: 'overlay2',
    kernel: 'overlay',
    refuses: /^(overlay|aufs|nfs4?|ecryptfs|zfs)$/,
    remark: "Docker's choice on ext4 and xfs with ftype=1; page cache is shared between containers.",
    runsOut: 'Runs out of: bytes and inodes of the file system below, which df and df -i show.',
  },
  {
    name: 'btrfs',
    kernel: 'btrfs',
    needs: 'btrfs',
    remark: 'A subvolume for each layer, cheap snapshots.',
    runsOut:
      'Runs out of: unallocated space for metadata chunks while df shows free space; needs balance now and then.',
  },
  {
    name: 'zfs',
    kernel: 'zfs',
    needs: 'zfs',
    remark: 'A dataset for each layer; needs the zfs module and memory for its cache.',
    runsOut: 'Runs out of: the pool, reservations and quotas of datasets; zfs list shows it.',
  },
  {
    name: 'devicemapper',
    goneIn: 25,
    remark: 'A thin volume for each layer; loop-lvm on sparse files is slow and not for production.',
    runsOut:
      'Runs out of: data or metadata blocks of the thin pool, the file below a loop pool, or the fixed size of one container; df shows none of the first three.',
  },
  {
    name: 'aufs',
    goneIn: 24,
    kernel: 'aufs',
    refuses: /^(btrfs|aufs|ecryptfs|zfs)$/,
    remark: 'The oldest; needs a patched kernel.',
    runsOut:
      'Runs out of: bytes and inodes of the file system below; removed layers stay behind as -removing directories.',
  },
  {
    name: 'vfs',
    remark: 'A full copy for each layer: for tests, and where nothing else works.',
    runsOut: 'Runs out of: bytes, many times faster than the others, since nothing is shared.',
  },
];

/** `knownTypes`: the text of /proc/filesystems; empty: not known */
export function compareDrivers(facts: Facts, knownTypes: string): DriverComparison {
  const engine = facts.first('engine', (one) => one.engine === 'docker')?.value;
  const root = engine?.root;
  const type =
    (root === undefined ? undefined : fileSystemOf(mountedFileSystems(facts), root)?.fstype) ??
    fromInfo(engine?.backingFileSystem);
  const version = facts.first('engine', (one) => one.engine === 'docker' && one.version !== undefined)?.value.version;
  const ftype = facts.first('xfs-info')?.value.ftype;
  const drivers = DRIVERS.map((driver) =>
    verdict(driver, {
      current: engine?.driver,
      type,
      major: Number(version?.split('.')[0]),
      knownTypes,
      noFtype: ftype === false || engine?.supportsDType === false,
    }),
  );
  const better = drivers.find((driver) => driver.name === 'overlay2');
  const advise =
    engine?.driver !== undefined &&
    engine.driver !== 'overlay2' &&
    ['devicemapper', 'aufs', 'vfs'].includes(engine.driver) &&
    better?.usable;
  return {
    version: 1,
    ...(version ? { docker: version } : {}),
    ...(root ? { root } : {}),
    ...(type ? { fileSystem: type } : {}),
    drivers,
    ...(advise
      ? { advice: `${engine.driver} can be left with everything that is in it: ullage plan switch-to-overlay2` }
      : {}),
  };
}

interface Here {
  current: string | undefined;
  type: string | undefined;
  major: number;
  knownTypes: string;
  noFtype: boolean;
}

function verdict(driver: Driver, here: Here): DriverVerdict {
  const why = [driver.remark];
  let usable: boolean | undefined = here.type === undefined ? undefined : true;
  const no = (reason: string) => {
    usable = false;
    why.push(reason);
  };
  if (driver.goneIn !== undefined) {
    if (here.major >= driver.goneIn) no(`Docker ${driver.goneIn} and later do not have it.`);
    else why.push(`Docker ${driver.goneIn} and later do not have it: what is in it is stranded by an upgrade.`);
  }
  if (
    driver.kernel !== undefined &&
    here.knownTypes !== '' &&
    !new RegExp(`\\b${driver.kernel}$`, 'm').test(here.knownTypes)
  ) {
    if (driver.kernel === 'aufs' || driver.kernel === 'zfs') no(`This kernel does not know ${driver.kernel}.`);
    else
      why.push(`${driver.kernel} is not loaded into this kernel; modprobe ${driver.kernel} tells whether it can be.`);
  }
  if (here.type !== undefined) {
    if (driver.needs !== undefined && here.type !== driver.needs)
      no(`The data root must lie on ${driver.needs}; it lies on ${here.type}.`);
    if (driver.refuses?.test(here.type)) no(`It does not work on ${here.type}.`);
    if (driver.name === 'overlay2' && here.noFtype)
      no('The file system below has no d_type (xfs with ftype=0): it must be made anew, or the data root moved.');
  }
  return {
    name: driver.name,
    current: here.current === driver.name,
    ...(usable === undefined ? {} : { usable }),
    why,
    runsOut: driver.runsOut,
  };
}

/** `Backing Filesystem: extfs` of docker info. */
function fromInfo(backing: string | undefined): string | undefined {
  return backing === 'extfs' ? 'ext4' : backing;
}
