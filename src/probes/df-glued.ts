/**
 * df whose line breaks were lost: the mount point of one row runs into the device of the next
 * (`/boot/dev/vdb xfs 300G …`, `/dev/shmTmpfs tmpfs …`). Taken apart at the device's beginning.
 */

/** Devices of file systems without one, longest first so that `devtmpfs` is not read as `tmpfs`. */
const PSEUDO = [
  'devtmpfs',
  'overlayfs',
  'efivarfs',
  'cgroup2',
  'rootfs',
  'cgroup',
  'cgmfs',
  'tmpfs',
  'overlay',
  'udev',
  'none',
  'shm',
  'aufs',
];

interface Unglued {
  mountpoint: string;
  device: string;
}

/** `type`: the type column of the next row, where there is one. `seen`: mount points of earlier rows. */
export function unglue(text: string, type: string | undefined, seen: ReadonlySet<string>): Unglued | undefined {
  const device = text.lastIndexOf('/dev/');
  if (device > 0) return { mountpoint: text.slice(0, device), device: text.slice(device) };
  const lower = text.toLowerCase();
  const fits = PSEUDO.filter((name) => lower.endsWith(name) && lower.length > name.length).map((name) => ({
    mountpoint: text.slice(0, -name.length),
    device: name,
  }));
  // `/devtmpfs` is `/dev` + tmpfs or `/` + devtmpfs: the type settles it, else what is still missing
  return (
    fits.find((fit) => fit.device === type?.toLowerCase()) ?? fits.find((fit) => !seen.has(fit.mountpoint)) ?? fits[0]
  );
}

/** A header glued to the first device: `on/dev/mapper/root` → `/dev/mapper/root`. */
export function deviceAtEnd(text: string): string {
  const device = text.search(/\/dev\//);
  if (device > 0) return text.slice(device);
  const lower = text.toLowerCase();
  return PSEUDO.find((name) => lower.endsWith(name)) ?? text;
}

export function isPseudo(name: string): boolean {
  return PSEUDO.includes(name.toLowerCase());
}
