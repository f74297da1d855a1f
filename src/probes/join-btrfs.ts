import { type Fact, Facts } from './fact.ts';
import type { BtrfsSysfs } from './facts/btrfs.ts';

/**
 * /sys/fs/btrfs/UUID is read in several goes (values, the list of devices), and device sizes stand
 * in lsblk: one fact of all. So a single-device file system is measured exactly without root.
 */
export function joinBtrfsSysfs(facts: Facts): Facts {
  const pieces = facts.all('btrfs-sysfs');
  if (pieces.length === 0) return facts;
  const whole = new Map<string, Fact<'btrfs-sysfs'>>();
  for (const piece of pieces) {
    const known = whole.get(piece.value.uuid);
    whole.set(piece.value.uuid, known ? join(known, piece) : piece);
  }
  const blocks = facts.all('block').map((fact) => fact.value);
  const sized = (device: BtrfsSysfs['devices'][number]) => {
    const size = device.size ?? blocks.find((block) => block.kname === device.name || block.name === device.name)?.size;
    return size === undefined ? device : { ...device, size };
  };
  const done = new Set<string>();
  return new Facts(
    facts.list.flatMap((fact) => {
      if (fact.kind !== 'btrfs-sysfs') return [fact];
      const { uuid } = (fact as Fact<'btrfs-sysfs'>).value;
      const joined = whole.get(uuid);
      if (!joined || done.has(uuid)) return [];
      done.add(uuid);
      return [{ ...joined, value: { ...joined.value, devices: joined.value.devices.map(sized) } }];
    }),
  );
}

function join(a: Fact<'btrfs-sysfs'>, b: Fact<'btrfs-sysfs'>): Fact<'btrfs-sysfs'> {
  // the one with the values is quoted; the other only lists devices
  const [main, other] = Object.keys(a.value.spaces).length > 0 ? [a, b] : [b, a];
  const names = new Set(main.value.devices.map((device) => device.name));
  return {
    ...main,
    value: {
      ...other.value,
      ...main.value,
      devices: [...main.value.devices, ...other.value.devices.filter((device) => !names.has(device.name))],
    },
  };
}
