/**
 * What the guests are made of: Debian's own packages and two small scripts. The image is cached under
 * a hash of all of it, so whoever changes a line here gets a new image and nobody an old one.
 */
import { createHash } from 'node:crypto';
import { APPLETS } from '../images.ts';
import { GUEST_INIT, INITRD_INIT, SSHD_CONFIG } from './scripts.ts';

export type GuestName = 'debian12' | 'debian13';

export interface Recipe {
  name: GuestName;
  suite: string;
  /** lines of sources.list */
  sources: string[];
  packages: string[];
}

const COMMON = [
  'linux-image-cloud-amd64',
  'docker.io',
  'containerd',
  'runc',
  'lvm2',
  'dmsetup',
  'dmeventd',
  'thin-provisioning-tools',
  'btrfs-progs',
  'xfsprogs',
  'e2fsprogs',
  'busybox-static',
  'curl',
  'file',
  'iproute2',
  'jq',
  'kmod',
  'mount',
  'openssh-server',
  'procps',
  'psmisc',
  'python3-minimal',
  'quota',
  'udev',
  'util-linux',
  'zstd',
];

const sources = (suite: string): string[] => [
  `deb http://deb.debian.org/debian ${suite} main`,
  `deb http://deb.debian.org/debian-security ${suite}-security main`,
  `deb http://deb.debian.org/debian ${suite}-updates main`,
];

export const recipes: Record<GuestName, Recipe> = {
  /** docker.io 20.10: the last Debian release whose Docker has the devicemapper driver */
  debian12: { name: 'debian12', suite: 'bookworm', sources: sources('bookworm'), packages: COMMON },
  /** docker.io 26 without devicemapper, Podman 5, newer lvm2 and btrfs-progs: where an upgrade strands a pool */
  debian13: {
    name: 'debian13',
    suite: 'trixie',
    sources: sources('trixie'),
    packages: [...COMMON, 'docker-cli', 'podman', 'crun', 'skopeo', 'nodejs'],
  },
};

/** Hash of everything the image depends on but the archive's own state. */
export function recipeHash(recipe: Recipe): string {
  const whole = JSON.stringify([1, recipe, APPLETS, GUEST_INIT, INITRD_INIT, SSHD_CONFIG]);
  return createHash('sha256').update(whole).digest('hex').slice(0, 16);
}
