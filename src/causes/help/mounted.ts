import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';

/** The mount of a block device by any of its names (`sda1`, `/dev/mapper/vg-lv`, `dm-3`). */
export function mountOfDevice(scene: Scene, device: string): Fact<'mount'> | undefined {
  const names = new Set([baseName(device)]);
  for (const { value } of scene.facts.all('block')) {
    const own = [value.name, value.kname ?? value.name].map(baseName);
    if (own.some((name) => names.has(name))) for (const name of own) names.add(name);
  }
  return scene.facts.last('mount', (mount) => mount.source.startsWith('/dev/') && names.has(baseName(mount.source)));
}

/**
 * A host's kernel log also tells of devices that are long gone. True when the mount table was
 * seen and the device is not in it; a pasted text never proves that.
 */
export function isGone(scene: Scene, device: string | undefined, fstype?: string): boolean {
  if (scene.from !== 'host' || !scene.facts.has('mount')) return false;
  // btrfs logs the name of one of its devices, which need not be the mounted one
  if (fstype === 'btrfs' && scene.facts.has('mount', (mount) => mount.fstype === 'btrfs')) {
    return device !== undefined && scene.facts.all('btrfs-show').length > 0 && !isListed(scene, device);
  }
  return device !== undefined && mountOfDevice(scene, device) === undefined;
}

function isListed(scene: Scene, device: string): boolean {
  return (
    scene.facts.has('btrfs-show', (show) =>
      show.devices.some((one) => one.path !== undefined && baseName(one.path) === baseName(device)),
    ) || mountOfDevice(scene, device) !== undefined
  );
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
