import { mkdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BlockFile, openBlockFile } from '../../../src/host/block-file.ts';
import { kernelListing, type Listing } from './trees.ts';
import { run } from './xfs-fill.ts';

/** With these set mkfs.xfs makes file systems and logs smaller than it lets people have. */
const SMALL = { TEST_DIR: '/', TEST_DEV: '/', QA_CHECK_FS: '1' };

/** Makes `folder/name.img` with mkfs.xfs; the file is sparse. */
export function makeXfs(folder: string, name: string, bytes: number, options: readonly string[]): string {
  const image = join(folder, `${name}.img`);
  writeFileSync(image, '');
  truncateSync(image, bytes);
  run('env', [
    ...Object.entries(SMALL).map(([key, value]) => `${key}=${value}`),
    'mkfs.xfs',
    '-q',
    '-f',
    ...options,
    image,
  ]);
  return image;
}

/** Whether this mkfs.xfs knows the options. */
export function mkfsTakes(folder: string, bytes: number, options: readonly string[]): boolean {
  try {
    makeXfs(folder, 'trial', bytes, options);
    return true;
  } catch {
    return false;
  }
}

/** Runs `body` with the image mounted, and unmounts it whatever happens. */
export function mounted<T>(image: string, options: string, body: (root: string) => T): T {
  const root = `${image}.at`;
  mkdirSync(root, { recursive: true });
  run('mount', ['-t', 'xfs', '-o', `loop${options === '' ? '' : `,${options}`}`, image, root]);
  try {
    return body(root);
  } finally {
    run('umount', [root]);
    rmSync(root, { recursive: true });
  }
}

/** What the kernel shows; ACLs once, not also as the root namespace keeps them. */
export function listXfs(root: string): Listing {
  const listing = kernelListing(root);
  for (const one of listing.values())
    one.attributes = one.attributes.filter((line) => !line.startsWith('trusted.SGI_ACL_'));
  return listing;
}

/** Runs `body` with the image opened, and closes it. */
export function opened<T>(image: string, body: (file: BlockFile) => T): T {
  const file = openBlockFile(image);
  try {
    return body(file);
  } finally {
    file.close();
  }
}
