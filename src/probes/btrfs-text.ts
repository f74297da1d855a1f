import type { Facts } from './fact.ts';
import type { BtrfsBlockGroupType } from './facts/btrfs.ts';
import { parseSize, type Size } from './size.ts';

/** `Data`, `Metadata`, `System`, `Data+Metadata` (mixed), `GlobalReserve` (`unknown` before btrfs-progs 3.14). */
export function blockGroupType(word: string): BtrfsBlockGroupType | 'reserve' | undefined {
  switch (word.toLowerCase().replace(/[\s_-]/g, '')) {
    case 'data':
      return 'data';
    case 'metadata':
      return 'metadata';
    case 'system':
      return 'system';
    case 'data+metadata':
    case 'datametadata':
    case 'mixed':
      return 'mixed';
    case 'globalreserve':
    case 'unknown':
      return 'reserve';
    default:
      return undefined;
  }
}

/** btrfs prints powers of 1024, also where old versions wrote `GB`. */
export function btrfsSize(text: string | undefined): Size | undefined {
  return text === undefined ? undefined : parseSize(text.replace(/(?<=[KMGTPE])iB?$|(?<=[KMGTPE])B$/i, ''), 'iec');
}

/** Keeps the coarsest resolution of the sizes of one record. */
export class Coarsest {
  #most = 0;

  bytes(text: string | undefined): number | undefined {
    const size = btrfsSize(text);
    if (!size) return undefined;
    this.#most = Math.max(this.#most, size.resolution);
    return size.bytes;
  }

  get field(): { resolution?: number } {
    return this.#most > 0 ? { resolution: this.#most } : {};
  }
}

/** The mount point in `btrfs filesystem df /var/lib/docker`, `btrfs fi usage -T /`. */
export function pathIn(command: string, verb: RegExp): string | undefined {
  if (!command.includes('btrfs')) return undefined;
  const call = new RegExp(`\\bbtrfs\\s[^|;&]{0,60}?${verb.source}(?=\\s)([^|;&]{0,400})`).exec(command);
  const path = call?.[1]?.split(/\s+/).find((word) => /^[/.~]/.test(word));
  return path === undefined ? undefined : path.replace(/[`'":,)]+$/, '');
}

/** One mount point for each btrfs file system, the shallowest first. */
export function btrfsMounts(known: Facts): string[] {
  const byDevice = new Map<string, string>();
  for (const { value } of known.all(
    'mount',
    (mount) => mount.fstype === 'btrfs' && mount.pid === undefined && mount.target.startsWith('/'),
  )) {
    const key = value.source;
    const before = byDevice.get(key);
    if (before === undefined || value.target.length < before.length) byDevice.set(key, value.target);
  }
  return [...byDevice.values()].slice(0, 8);
}
