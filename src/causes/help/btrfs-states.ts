import type { Fact } from '../../probes/fact.ts';
import type { BtrfsSources } from '../../stack/btrfs-devices.ts';
import type { Scene } from '../cause.ts';

/** What speaks of a btrfs file system at one moment of a transcript. */
export interface BtrfsMoment extends BtrfsSources {
  /** order of the last fact of the state */
  order: number;
}

/** Facts with sizes in them. */
export type Sized = 'btrfs-show' | 'btrfs-df' | 'btrfs-usage' | 'btrfs-sysfs' | 'btrfs-device-usage';

/** A host has one state; in a transcript every change of the same source's numbers starts a new one. */
export function statesOf(group: readonly Fact<Sized>[], from: Scene['from']): BtrfsMoment[] {
  const states: BtrfsMoment[] = [];
  let now: BtrfsMoment = { deviceUsage: [], order: -1 };
  for (const fact of group) {
    const before = slot(now, fact);
    // a host answers within seconds: the same source twice is one state in two dresses
    if (before && from === 'text' && changed(before, fact)) {
      states.push(now);
      now = { deviceUsage: [], order: -1 };
    }
    put(now, fact, slot(now, fact));
  }
  return [...states, now];
}

function slot(state: BtrfsSources, fact: Fact<Sized>): Fact<Sized> | undefined {
  switch (fact.kind) {
    case 'btrfs-show':
      return state.show;
    case 'btrfs-df':
      return state.df;
    case 'btrfs-usage':
      return state.usage;
    case 'btrfs-sysfs':
      return state.sysfs;
    case 'btrfs-device-usage':
      return state.deviceUsage.find((other) => other.value.path === (fact as Fact<'btrfs-device-usage'>).value.path);
  }
}

/** The more exact of two printings stays; of two equally exact ones the later. */
function put(state: BtrfsMoment, fact: Fact<Sized>, before: Fact<Sized> | undefined): void {
  state.order = Math.max(state.order, fact.order);
  if (before && resolutionOf(before) < resolutionOf(fact)) return;
  switch (fact.kind) {
    case 'btrfs-show':
      state.show = fact as Fact<'btrfs-show'>;
      break;
    case 'btrfs-df':
      state.df = fact as Fact<'btrfs-df'>;
      break;
    case 'btrfs-usage':
      state.usage = fact as Fact<'btrfs-usage'>;
      break;
    case 'btrfs-sysfs':
      state.sysfs = fact as Fact<'btrfs-sysfs'>;
      break;
    case 'btrfs-device-usage':
      state.deviceUsage = [
        ...state.deviceUsage.filter((other) => other !== before),
        fact as Fact<'btrfs-device-usage'>,
      ];
  }
}

function resolutionOf({ value }: Fact<Sized>): number {
  return 'resolution' in value ? (value.resolution ?? 0) : 0;
}

function changed(a: Fact<Sized>, b: Fact<Sized>): boolean {
  const x = numbersOf(a);
  const y = numbersOf(b);
  const far = 2 * (resolutionOf(a) + resolutionOf(b));
  return x.length !== y.length || x.some((value, i) => Math.abs(value - (y[i] ?? 0)) > far);
}

function numbersOf({ value }: Fact<Sized>): number[] {
  if ('spaces' in value)
    return Object.values(value.spaces).flatMap((space) => (space ? [space.total, space.used] : []));
  if ('uuid' in value) return value.devices.flatMap((device) => [device.size, device.used]);
  if ('allocations' in value) return value.unallocated === undefined ? [] : [value.unallocated];
  return value.rows.flatMap((row) => ['size' in row ? row.size : row.total, row.used]);
}
