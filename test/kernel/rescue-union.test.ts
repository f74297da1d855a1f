import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { containerFiles, findContainer } from '../../src/rescue/find-subject.ts';
import { listSource } from '../../src/rescue/list.ts';
import { openRescueSource } from '../../src/rescue/open-source.ts';
import { kernelSuite } from './ready.ts';
import { kernelListing, type Listing, treeListing } from './support/trees.ts';

const ID = 'c'.repeat(64);
const LAYERS = ['base', 'middle', 'web-init', 'web'];

/** Run with `$1` as the upper view: what a container does to what its image brought. */
const CHANGES: Readonly<Record<string, string>> = {
  base: `cd "$1"; mkdir -p etc var/old usr/lib/deep gone plain; echo a >etc/one; echo b >etc/two; ln etc/one etc/hard
    echo x >var/old/file; echo y >usr/lib/deep/file; echo z >gone/file; mknod null c 1 3; mkfifo pipe; ln -s /etc/one link
    echo data >kept; echo l >plain/lower; echo swap >becomes-directory; mkdir becomes-file; echo in >becomes-file/in
    dd if=/dev/urandom of=big bs=1M count=3 2>/dev/null; setfattr -n user.note -v base etc; setfattr -n user.note -v two etc/two`,
  middle: `cd "$1"; echo mid >etc/three; rm etc/two; rm -r gone; mkdir gone; echo new >gone/new; chmod 600 big
    mv usr/lib usr/moved; echo c >>etc/hard; setfattr -n user.own -v 1 etc/three`,
  'web-init': 'cd "$1"; mkdir -p dev proc; : >etc/hostname',
  web: `cd "$1"; rm -r var/old; mkdir var/old; echo z >var/old/other; rm becomes-directory; mkdir becomes-directory
    echo q >becomes-directory/q; rm -r becomes-file; echo f >becomes-file; chown 12:34 kept; echo top >plain/upper
    mv usr/moved/deep usr/elsewhere; echo e >usr/elsewhere/more; rm null; printf 'odd' >"$(printf 'n\\303\\244\\377\\n')"
    touch -d @1700000000.123456789 etc/one; rm link; ln -s two link; setfattr -n user.note -v three etc`,
};

kernelSuite('containers of overlay2, against the mount of them', ['loop', 'mkfs.ext4', 'setfattr', 'getfattr'], () => {
  let home = '';
  let wanted: Listing;
  const sh = (script: string, ...words: string[]): void => {
    execFileSync('sh', ['-ec', script, 'sh', ...words], { stdio: ['ignore', 'ignore', 'inherit'] });
  };
  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-union-'));
    const image = join(home, 'disk');
    writeFileSync(image, '');
    truncateSync(image, 64 * 2 ** 20);
    const root = join(home, 'root');
    mkdirSync(root);
    sh('mkfs.ext4 -q -F "$1" && mount -o loop "$1" "$2"', image, root);
    const put = (path: string, text: string): void => {
      mkdirSync(join(root, path, '..'), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    mkdirSync(join(root, 'overlay2/l'), { recursive: true });
    for (const [index, name] of LAYERS.entries()) {
      const at = join(root, 'overlay2', name);
      for (const part of ['diff', 'work', 'merged']) mkdirSync(join(at, part), { recursive: true });
      put(`overlay2/${name}/link`, `L${index}`);
      symlinkSync(`../${name}/diff`, join(root, 'overlay2/l', `L${index}`));
      const below = LAYERS.slice(0, index).reverse();
      if (index > 0) put(`overlay2/${name}/lower`, below.map((one) => `l/L${LAYERS.indexOf(one)}`).join(':'));
      if (index === 0) {
        sh(CHANGES[name] ?? '', join(at, 'diff'));
        continue;
      }
      const lower = below.map((one) => join(root, 'overlay2', one, 'diff')).join(':');
      // as mounts on kernels whose default they are, and as none of Docker's own are
      const options = `lowerdir=${lower},upperdir=${at}/diff,workdir=${at}/work,redirect_dir=on,metacopy=on`;
      sh('mount -t overlay overlay -o "$1" "$2"', options, join(at, 'merged'));
      sh(CHANGES[name] ?? '', join(at, 'merged'));
      if (name === 'web') wanted = kernelListing(join(at, 'merged'));
      sh('umount "$1"', join(at, 'merged'));
    }
    put(`image/overlay2/layerdb/mounts/${ID}/mount-id`, 'web');
    put(`image/overlay2/layerdb/mounts/${ID}/init-id`, 'web-init');
    put(`containers/${ID}/config.v2.json`, JSON.stringify({ ID, Name: '/web', Config: { Image: 'shop/app:1' } }));
  });
  afterAll(() => {
    spawnSync('umount', ['-R', join(home, 'root')]);
    rmSync(home, { recursive: true });
  });

  /** Times of reading differ; of a directory the kernel's union gives neither links nor size. */
  const plain = (listing: Listing): [string, object][] =>
    [...listing]
      .map(([path, { atime: _, nlink, size, ...one }]): [string, object] => [
        path,
        one.kind === 'directory' ? one : { ...one, nlink, size },
      ])
      .sort(([a], [b]) => (a < b ? -1 : 1));
  const mine = (path: string): { listing: Listing; damage: string[]; health: string | undefined } => {
    const source = openRescueSource({ sources: [path] });
    try {
      const { tree } = containerFiles(source, findContainer(source, 'web'));
      const { listing, damage } = treeListing(tree);
      return { listing, damage: damage.map(({ what }) => what), health: listSource(source).containers[0]?.health };
    } finally {
      source.close();
    }
  };

  test('from the data root', () => {
    const got = mine(join(home, 'root'));
    expect(got.damage).toEqual([]);
    expect(plain(got.listing)).toEqual(plain(wanted));
    expect(got.health).toBe('whole');
  });

  test('without getfattr: GNU tar knows which directories are opaque', () => {
    const programs = join(home, 'programs');
    mkdirSync(programs);
    symlinkSync(execFileSync('sh', ['-c', 'command -v tar'], { encoding: 'utf8' }).trim(), join(programs, 'tar'));
    const path = process.env['PATH'];
    process.env['PATH'] = programs;
    try {
      const got = mine(join(home, 'root'));
      const names = (listing: Listing): string[] => [...listing.keys()].filter((name) => /^.(?:gone|var)/.test(name));
      expect(names(got.listing).sort()).toEqual(names(wanted).sort());
    } finally {
      process.env['PATH'] = path;
    }
  });

  test('from an image of the disk; a layer that is missing is said', () => {
    const lost = join(home, 'root/overlay2/base');
    sh('sync -f "$1"', join(home, 'root'));
    const got = mine(join(home, 'disk'));
    expect(got.damage).toEqual([]);
    expect(plain(got.listing)).toEqual(plain(wanted));
    renameSync(lost, join(home, 'root/aside'));
    const without = mine(join(home, 'root'));
    renameSync(join(home, 'root/aside'), lost);
    expect(without.damage).toEqual(['a layer is missing, and all that only it has: overlay2/l/L0']);
    expect(without.health).toBe('a layer is missing, and all that only it has: overlay2/l/L0');
    expect(without.listing.has('/etc/three')).toBe(true);
  });
});
