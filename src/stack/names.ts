/**
 * A device has many names: /dev/sdb1, sdb1, dm-10, /dev/mapper/vg-docker, /dev/vg/docker, 252:10.
 * `deviceKey` gives the one that lsblk prints (NAME), without resolving dm-N or majors.
 */
export function deviceKey(name: string): string {
  let key = name.replace(/\[.*\]$/, '').replace(/^\/dev\//, '');
  if (key.startsWith('mapper/')) return key.slice('mapper/'.length);
  const lv = /^([A-Za-z0-9+_.-]+)\/([A-Za-z0-9+_.-]+)$/.exec(key);
  if (lv && !key.startsWith('disk/') && !key.startsWith('md/')) key = lvmDmName(lv[1] ?? '', lv[2] ?? '');
  return key;
}

/** LVM's device-mapper name: hyphens doubled, VG and LV joined by one (lvm2 lib/misc/lvm-string.c, behaviour). */
export function lvmDmName(vg: string, lv: string): string {
  return `${vg.replaceAll('-', '--')}-${lv.replaceAll('-', '--')}`;
}

/** VG and LV of a device-mapper name, or undefined when it has not exactly one single hyphen. */
export function lvmOfDmName(name: string): { vg: string; lv: string } | undefined {
  const match = /^((?:[^-]|--)+)-((?:[^-]|--)+)$/.exec(name);
  return match ? { vg: (match[1] ?? '').replaceAll('--', '-'), lv: (match[2] ?? '').replaceAll('--', '-') } : undefined;
}

/** True when `path` is `directory` or lies below it. */
export function isBelow(path: string, directory: string): boolean {
  return path === directory || directory === '/' || path.startsWith(`${directory.replace(/\/$/, '')}/`);
}
