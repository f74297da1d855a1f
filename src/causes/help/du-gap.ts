import { type Evidence, evidence, type Scene } from '../cause.ts';
import { allFileSystems } from './file-systems.ts';
import { MIB } from './format.ts';

export interface DuGap {
  mountpoint: string;
  /** bytes that df counts */
  used: number;
  /** bytes that du finds below the mount point */
  found: number;
  evidence: Evidence[];
}

/** A file system whose df counts far more than du found at its mount point: 512 MiB and a third more. */
export function duGap(scene: Scene): DuGap | undefined {
  for (const fs of allFileSystems(scene)) {
    const du = scene.facts.last(
      'directory-size',
      (value) => value.path.replace(/(.)\/+$/, '$1') === fs.mountpoint && value.said !== true,
    );
    if (!du) continue;
    const gap = fs.used - du.value.bytes - fs.resolution - (du.value.resolution ?? 0);
    if (gap >= 512 * MIB && gap >= fs.used / 3) {
      return {
        mountpoint: fs.mountpoint,
        used: fs.used,
        found: du.value.bytes,
        evidence: [evidence(fs.fact, 'what df counts'), evidence(du, 'what du finds')],
      };
    }
  }
  return undefined;
}
