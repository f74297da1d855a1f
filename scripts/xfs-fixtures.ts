/**
 * Makes the packed images of test/formats/xfs/images anew, and beside each what the kernel (of
 * version 4, which new kernels do not mount, what mkfs.xfs was told to put in) shows in it.
 * Root, loop devices; `npx tsx scripts/xfs-fixtures.ts`.
 */
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Listing } from '../test/kernel/support/trees.ts';
import { fillXfs, run } from '../test/kernel/support/xfs-fill.ts';
import { listXfs, makeXfs, mounted } from '../test/kernel/support/xfs-image.ts';
import { makeVersion4 } from '../test/kernel/support/xfs-version4.ts';
import { setup } from './kernel-setup.ts';

const INTO = 'test/formats/xfs/images';
setup();
const folder = mkdtempSync(join(tmpdir(), 'ullage-fixtures-'));
mkdirSync(INTO, { recursive: true });
try {
  const small = makeXfs(folder, 'small', 48 * 2 ** 20, ['-b', 'size=1024', '-l', 'size=4m', '-m', 'rmapbt=0']);
  mounted(small, '', (root) => fillXfs(root, { names: 1500, pieces: 1500, reflink: true, large: 200_001 }));
  keep('small', small, mounted(small, 'ro,norecovery', listXfs));

  const dirty = makeXfs(folder, 'dirty', 48 * 2 ** 20, ['-l', 'size=6m', '-n', 'size=8192', '-m', 'rmapbt=0']);
  mounted(dirty, '', (root) => {
    fillXfs(root, { names: 1200, pieces: 300, reflink: true, large: 200_001 });
    run('xfs_io', ['-x', '-c', 'shutdown -f', root]);
  });
  const recovered = join(folder, 'recovered.img');
  copyFileSync(dirty, recovered);
  keep('dirty', dirty, mounted(recovered, 'noatime', listXfs));

  const old = makeVersion4(folder, 16 * 2 ** 20);
  keep('version4', old.image, old.listing);
} finally {
  rmSync(folder, { recursive: true });
}

function keep(name: string, image: string, listing: Listing): void {
  writeFileSync(join(INTO, `${name}.img.gz`), gzipSync(readFileSync(image), { level: 9 }));
  writeFileSync(join(INTO, `${name}.json.gz`), gzipSync(JSON.stringify([...listing]), { level: 9 }));
}
