import { lstatSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { UllageError } from './host.ts';
import { KeptTrees } from './kept-trees.ts';
import type { KnownTree } from './known-trees.ts';
import { type Answer, DeviceSums, sumsOf } from './scan-sums.ts';
import type { ScanOptions, ScanResult, Tree } from './scan-types.ts';
import { SCAN_WORKER_SOURCE } from './scan-worker-source.ts';

export type { ScanOptions, ScanResult, Tree } from './scan-types.ts';

/** What is still to do on one device. */
interface Work {
  open: Directory[];
  /** known trees whose proof is still to be looked at, and what to read where it fails */
  known: { tree: KnownTree; directory: Directory; blocks: number }[];
  kept: KeptTrees;
}

/** `kept`: the length of the path of the tree that it is in, where that is to be kept; else 0 */
type Directory = [path: string | Uint8Array, bucket: number, inode: number, kept: number];

/** What a worker says of a known tree. */
interface Verdict {
  place: number;
  same: boolean;
}

/** A worker goes on by itself for so long before it gives back what is left, ms. */
const BUDGET = 15;
/** On a cold cache the disk's queue decides, not the cores. */
const MOST_WORKERS = 8;
/** Workers begin when the cache is warm: more only pay where the disk makes them wait. */
const FIRST_WORKERS = 2;
/** 512 KiB in blocks of 512 bytes. */
const ENOUGH_READ = 1024;

/**
 * Sums of whole directories of one file system, read in parallel. Links are not followed, other
 * devices and mount points not entered; a directory that is replaced while it is read is left out.
 * Sealed trees that are known are only compared with what proves that they are unchanged.
 * @throws UllageError where a tree is no directory
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
    if (!stat?.isDirectory()) throw new UllageError('not a directory', path, 'Name a directory');
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

function begin(result: ScanResult, work: Work, directory: Directory, blocks: number, sealed: string | undefined): void {
  const [path, bucket] = directory;
  const sums = sumsOf(result, bucket);
  sums.onDisk += blocks * 512;
  sums.directories++;
  if (sealed !== undefined) work.kept.add(bucket, String(path), sealed);
  work.open.push(directory);
}

async function scanDevice(
  device: number,
  work: Work,
  result: ScanResult,
  { mounts = [], progress, workers: most = MOST_WORKERS }: ScanOptions,
): Promise<DeviceSums> {
  const { open, known, kept } = work;
  const sums = new DeviceSums(result, kept);
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  let entries = 0;
  let asked = 0;
  const before = process.resourceUsage().fsRead;
  try {
    await new Promise<void>((resolve, reject) => {
      let busy = 0;
      const feed = (): void => {
        for (let next = known[asked]; next && idle.length > 0; next = known[++asked]) {
          busy++;
          idle.pop()?.postMessage({ place: asked, path: next.tree.path, proof: next.tree.proof });
        }
        while (idle.length > 0 && open.length > 0) {
          const share = Math.max(1, Math.min(256, Math.ceil(open.length / (workers.length * 2))));
          busy++;
          idle.pop()?.postMessage(open.splice(-share));
        }
        if (busy === 0 && open.length === 0) resolve();
      };
      const judge = ({ place, same }: Verdict): void => {
        const one = known[place];
        if (!one) return;
        if (same && sums.takeKnown(one.tree, one.directory[1])) result.reused.push(one.tree);
        else begin(result, work, one.directory, one.blocks, one.tree.key);
      };
      const hire = (): void => {
        const worker = new Worker(SCAN_WORKER_SOURCE, { eval: true, workerData: { device, mounts, budget: BUDGET } });
        workers.push(worker);
        worker.on('error', reject);
        worker.on('message', (answer: Answer<Directory> | Verdict) => {
          busy--;
          idle.push(worker);
          if ('place' in answer) judge(answer);
          else {
            entries += sums.take(answer);
            for (const one of answer.rest) open.push(one);
          }
          if (workers.length < most && open.length > workers.length && readsDisk(before)) hire();
          progress?.(entries);
          feed();
        });
        idle.push(worker);
      };
      for (let i = 0; i < Math.min(FIRST_WORKERS, most); i++) hire();
      feed();
    });
  } finally {
    await Promise.all(workers.map((worker) => worker.terminate()));
  }
  return sums;
}

/**
 * Whether the disk is read rather than its cache: ru_inblock (getrusage(2), blocks of 512 bytes) counts
 * what all threads waited for. Time that passed says nothing where others keep the processor busy.
 */
function readsDisk(before: number): boolean {
  return process.resourceUsage().fsRead - before > ENOUGH_READ;
}
