import { lstatSync } from 'node:fs';
import { KeptTrees } from './kept-trees.ts';
import type { KnownTree } from './known-trees.ts';
import type { Directory } from './scan-answer.ts';
import { begin, scanDevice, type Work } from './scan-device.ts';
import type { ScanOptions, ScanResult, Tree } from './scan-types.ts';

export type { ScanOptions, ScanResult, Tree } from './scan-types.ts';

/**
 * Sums of whole directories of one file system, read in parallel. Links are not followed, other
 * devices and mount points not entered; a directory that is replaced while it is read is left out.
 * Sealed trees that are known are only compared with what proves that they are unchanged.
 */
export async function scanTrees(trees: readonly Tree[], options: ScanOptions = {}): Promise<ScanResult> {
  const { mounts = [], known = new Map<string, KnownTree>(), keepBefore } = options;
  const result: ScanResult = {
    buckets: new Map(),
    links: [],
    moved: 0,
    errors: [],
    failed: 0,
    skipped: 0,
    kept: [],
    reused: [],
  };
  const started = Date.now();
  const byDevice = new Map<number, Work>();
  for (const { path, raw, bucket, sealed } of trees) {
    let stat: ReturnType<typeof lstatSync>;
    try {
      stat = lstatSync(raw ? Buffer.from(raw) : path);
    } catch {
      result.moved++;
      continue;
    }
    // something else was put in its place since it was listed
    if (!stat.isDirectory()) {
      result.moved++;
      continue;
    }
    const work = byDevice.get(stat.dev) ?? { open: [], known: [], kept: new KeptTrees() };
    byDevice.set(stat.dev, work);
    const keep = sealed !== undefined && keepBefore !== undefined && !mounts.some((at) => at.startsWith(`${path}/`));
    const directory: Directory = [raw ?? path, bucket, stat.ino, keep ? path.length : 0];
    const tree = known.get(path);
    if (keep && tree?.key === sealed) work.known.push({ tree, directory, blocks: stat.blocks });
    else begin(result, work, directory, stat.blocks, keep ? sealed : undefined);
  }
  for (const [device, work] of byDevice) {
    // blocks that are still to come must be none before the first is counted
    const before = keepBefore?.(device) ?? 0;
    const sums = await scanDevice(device, work, result, options);
    // a file of a known tree may have got a name elsewhere since: then all are counted anew
    if (sums.isDoubtful(result.reused)) return scanTrees(trees, { ...options, known: new Map() });
    result.kept.push(...work.kept.trees(result.buckets, before, started));
    sums.shareOut();
  }
  result.kept.push(...result.reused);
  return result;
}
