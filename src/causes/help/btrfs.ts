import type { Fact } from '../../probes/fact.ts';
import { ALL_DEVICES, DEVICE_RESERVED } from '../../stack/btrfs-devices.ts';
import { type BtrfsNumbers, type BtrfsSpaceNumbers, measureBtrfs } from '../../stack/btrfs-numbers.ts';
import { btrfsProfile } from '../../stack/btrfs-profiles.ts';
import type { Evidence, Scene } from '../cause.ts';
import { evidence } from '../cause.ts';
import type { BtrfsFileSystem } from './btrfs-sources.ts';
import { btrfsFileSystems } from './btrfs-sources.ts';
import { GIB, MIB } from './format.ts';

/** Less than this in all is of no use for a chunk (btrfs-progs counts less than 16 MiB as nothing in its estimate). */
export const USELESS_UNALLOCATED = 16 * MIB;
/** Measured on kernel 6.18: creating files failed with 3.8 MiB of metadata left after the reserve. */
export const CREATE_FAILS_BELOW = 4 * MIB;
/** Measured on kernel 6.18: balance failed with 4.9 MiB left and worked with 9.7 MIB; doubled for larger trees. */
export const BALANCE_FAILS_BELOW = 16 * MIB;

/** What one state of a file system measures. */
export interface BtrfsState extends BtrfsNumbers {
  subject: string;
  order: number;
}

/** What chunks could still be made of on each device: the reserved first MiB and rounding taken off. */
function usable(numbers: BtrfsNumbers): { name: string; bytes: number }[] {
  return (numbers.devices ?? []).map((device) => ({
    name: device.name,
    bytes: Math.max(0, device.unallocated - DEVICE_RESERVED - device.uncertainty),
  }));
}

/** Unallocated bytes on all devices together; undefined: not known. */
export function unallocated(numbers: BtrfsNumbers): number | undefined {
  return numbers.devices?.reduce((sum, device) => sum + device.unallocated, 0);
}

/** `no`: no device has room for a chunk of that profile. `no?`: none within rounding of a chunk's size. */
export function canGrow(numbers: BtrfsNumbers, profile: string): 'yes' | 'no' | 'no?' | undefined {
  if (numbers.devices === undefined || numbers.devices.length === 0) return undefined;
  const room = usable(numbers);
  const total = room.reduce((sum, device) => sum + device.bytes, 0);
  const withRoom = room.filter((device) => device.bytes >= USELESS_UNALLOCATED / 2).length;
  if (total >= USELESS_UNALLOCATED && withRoom >= spread(numbers, profile)) return 'yes';
  return Math.max(...numbers.devices.map((device) => device.uncertainty)) >= GIB / 2 ? 'no?' : 'no';
}

/** Devices a new chunk must have room on; 1 when devices are not listed one by one. */
function spread(numbers: BtrfsNumbers, profile: string): number {
  return numbers.devices?.[0]?.name === ALL_DEVICES ? 1 : btrfsProfile(profile).least;
}

/** Some device has room, but not as many as the profile needs: those that have it. */
export function lonelyDevices(numbers: BtrfsNumbers, profile: string): { name: string; bytes: number }[] | undefined {
  if (canGrow(numbers, profile) !== 'no' || spread(numbers, profile) < 2) return undefined;
  const withRoom = usable(numbers).filter((device) => device.bytes >= USELESS_UNALLOCATED);
  return withRoom.length > 0 ? withRoom : undefined;
}

/** Data bytes free inside data chunks: df counts them as available, metadata can never use them. */
export function stranded(numbers: BtrfsNumbers): number | undefined {
  return numbers.mixed || numbers.data === undefined ? undefined : numbers.data.free;
}

/** True: data chunks have (almost) nothing left; a last percent of many gigabytes is not full. */
export function dataFull(numbers: BtrfsNumbers): boolean {
  const { data } = numbers;
  if (data === undefined || data.total === 0) return false;
  return data.used / data.total > 0.99 && data.free <= GIB + data.uncertainty;
}

export interface BtrfsStory {
  fs: BtrfsFileSystem;
  states: BtrfsState[];
}

/** Every btrfs file system with the numbers of each of its states. */
export function btrfsStories(scene: Scene): BtrfsStory[] {
  return btrfsFileSystems(scene).map((fs) => ({
    fs,
    states: fs.states.map((state) => ({ ...measureBtrfs(state), subject: fs.subject, order: state.order })),
  }));
}

/** The lines that show nothing is unallocated. */
export function unallocatedEvidence(numbers: BtrfsNumbers): Evidence[] {
  return numbers.unallocatedFacts.slice(0, 3).map((fact) => ({
    ...evidence(fact, 'every byte is given to chunks'),
    quote: pick(fact, /unallocated|^\s*devid|disk_total=/i),
  }));
}

/** The lines that show a space. */
export function spaceEvidence(space: BtrfsSpaceNumbers, shows: string, name: RegExp): Evidence {
  return { ...evidence(space.fact, shows), quote: pick(space.fact, name) };
}

/** Of sysfs, the files that the free space of a space is computed from. */
const DECIDING = /^allocation\/\w+\/(?:total_bytes|bytes_used|bytes_may_use|bytes_readonly)=/;
const DISK_TOTAL = /^allocation\/\w+\/disk_total=/;

/** Of a quote of many lines those that matter; the whole quote when none matches. */
function pick(fact: Fact, which: RegExp): string {
  const deciding = which.test('disk_total=') ? DISK_TOTAL : DECIDING;
  const lines = fact.quote
    .split('\n')
    .filter((line) => which.test(line) && (fact.kind !== 'btrfs-sysfs' || deciding.test(line)));
  return lines.length > 0 ? lines.join('\n') : fact.quote;
}
