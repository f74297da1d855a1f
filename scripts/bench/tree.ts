import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names of the tree, as a base image and its packages have them: about so many of each kind. */
const DIRECTORIES = 8_600;
const FILES = 84_000;
const SYMLINKS = 12_000;
const HARD_LINKS = 400;

/** of all files so many are below so many bytes: most are small, most bytes are in the large ones */
const SIZES = [
  [0.7, 4_000],
  [0.95, 28_000],
  [0.995, 190_000],
  [1, 2_000_000],
] as const;

/** A tree of 105,000 entries and about 1.2 GB, the same each time. Answers how many entries it has. */
export function makeTree(root: string): number {
  const random = randomOf(11);
  const bytes = Buffer.from(Uint32Array.from({ length: 2 ** 20 }, () => random() * 2 ** 32).buffer);
  const directories = [root];
  mkdirSync(root);
  const somewhere = (): string => directories[Math.floor(random() * directories.length)] ?? root;
  const parents = (): string => directories[Math.floor(random() ** 2 * directories.length)] ?? root;
  for (let i = 0; i < DIRECTORIES; i++) {
    const path = join(parents(), `d${i}`);
    mkdirSync(path);
    directories.push(path);
  }
  let first = root;
  for (let i = 0; i < FILES; i++) {
    const path = join(somewhere(), `file-${i}.${i % 3 ? 'txt' : 'gz'}`);
    writeFileSync(path, bytes.subarray(i * 8, i * 8 + sizeOf(random(), random())));
    if (i < HARD_LINKS) linkSync(path, join(somewhere(), `same-${i}`));
    first = path;
  }
  // longer ones than fit an inode are among them
  for (let i = 0; i < SYMLINKS; i++)
    symlinkSync(i % 20 ? `../target-${i}` : first.slice(-200), join(somewhere(), `link-${i}`));
  return 1 + DIRECTORIES + FILES + HARD_LINKS + SYMLINKS;
}

function sizeOf(kind: number, within: number): number {
  let below = 0;
  for (const [part, most] of SIZES) {
    if (kind < part) return Math.floor(below + within * (most - below));
    below = most;
  }
  return 0;
}

/** xorshift32: 0 up to below 1. */
export function randomOf(seed: number): () => number {
  let s = seed;
  return () => {
    s ^= s << 13;
    s ^= s >>> 17;
    s ^= s << 5;
    return (s >>> 0) / 2 ** 32;
  };
}
