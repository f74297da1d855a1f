import { lstatSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import { UllageError } from './host.ts';
import { SCAN_WORKER_SOURCE } from './scan-worker-source.ts';

/** A directory whose whole content is counted for one bucket (0, 1, 2 …). */
export interface Tree {
  path: string;
  bucket: number;
}

/**
 * Sums of one bucket, a file with several names once; one that has names in other buckets too is not
 * in it. Bytes; `newest` is the last change of
 * any inode in it (ctime, which nobody can set), ms since 1970.
 */
export interface BucketSums {
  apparent: number;
  onDisk: number;
  files: number;
  directories: number;
  newest: number;
}

/** A file with names in several buckets. */
export interface LinkedFile {
  onDisk: number;
  apparent: number;
  buckets: number[];
}

export interface ScanResult {
  buckets: Map<number, BucketSums>;
  /** files that more than one bucket has */
  links: LinkedFile[];
  /** entries that went away or were replaced while we looked */
  moved: number;
  /** what could not be read: the first of them by name, and how many in all */
  errors: { path: string; code: string }[];
  failed: number;
  /** mount points and other devices that were not entered */
  skipped: number;
}

export interface ScanOptions {
  /** paths of mount points that are not entered */
  mounts?: readonly string[];
  /** told every so often: entries seen so far */
  progress?: (entries: number) => void;
  /** so many workers at most; default: as many as keep the disk busy */
  workers?: number;
}

interface Answer {
  rows: Float64Array;
  links: Float64Array;
  rest: Directory[];
  moved: number;
  errors: [string, string][];
  failed: number;
  skipped: number;
}

type Directory = [path: string | Uint8Array, bucket: number, inode: number];

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
 * @throws UllageError where a tree is no directory
 */
export async function scanTrees(trees: readonly Tree[], options: ScanOptions = {}): Promise<ScanResult> {
  const result: ScanResult = { buckets: new Map(), links: [], moved: 0, errors: [], failed: 0, skipped: 0 };
  const byDevice = new Map<number, Directory[]>();
  for (const { path, bucket } of trees) {
    let stat: ReturnType<typeof lstatSync>;
    try {
      stat = lstatSync(path);
    } catch {
      result.moved++;
      continue;
    }
    if (!stat?.isDirectory()) throw new UllageError('not a directory', path, 'Name a directory');
    const sums = sumsOf(result, bucket);
    sums.onDisk += stat.blocks * 512;
    sums.directories++;
    byDevice.set(stat.dev, [...(byDevice.get(stat.dev) ?? []), [path, bucket, stat.ino]]);
  }
  for (const [device, directories] of byDevice) await scanDevice(device, directories, result, options);
  return result;
}

async function scanDevice(
  device: number,
  open: Directory[],
  result: ScanResult,
  { mounts = [], progress, workers: most = MOST_WORKERS }: ScanOptions,
): Promise<void> {
  const linked = new Map<number, LinkedFile>();
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  let entries = 0;
  const before = process.resourceUsage().fsRead;
  try {
    await new Promise<void>((resolve, reject) => {
      let busy = 0;
      const feed = (): void => {
        while (idle.length > 0 && open.length > 0) {
          const share = Math.max(1, Math.min(256, Math.ceil(open.length / (workers.length * 2))));
          busy++;
          idle.pop()?.postMessage(open.splice(-share));
        }
        if (busy === 0 && open.length === 0) resolve();
      };
      const hire = (): void => {
        const worker = new Worker(SCAN_WORKER_SOURCE, { eval: true, workerData: { device, mounts, budget: BUDGET } });
        workers.push(worker);
        worker.on('error', reject);
        worker.on('message', (answer: Answer) => {
          busy--;
          idle.push(worker);
          entries += take(answer, result, linked);
          for (const one of answer.rest) open.push(one);
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
  for (const file of linked.values()) {
    if (file.buckets.length > 1) result.links.push(file);
    else {
      const sums = sumsOf(result, file.buckets[0] as number);
      sums.onDisk += file.onDisk;
      sums.apparent += file.apparent;
    }
  }
}

/**
 * Whether the disk is read rather than its cache: ru_inblock (getrusage(2), blocks of 512 bytes) counts
 * what all threads waited for. Time that passed says nothing where others keep the processor busy.
 */
function readsDisk(before: number): boolean {
  return process.resourceUsage().fsRead - before > ENOUGH_READ;
}

/** Adds an answer; gives how many entries it saw. */
function take(
  { rows, links, moved, errors, failed, skipped }: Answer,
  result: ScanResult,
  linked: Map<number, LinkedFile>,
): number {
  let seen = 0;
  for (let i = 0; i < rows.length; i += 6) {
    const [bucket = 0, apparent = 0, onDisk = 0, files = 0, directories = 0, newest = 0] = rows.subarray(i, i + 6);
    const sums = sumsOf(result, bucket);
    sums.apparent += apparent;
    sums.onDisk += onDisk;
    sums.files += files;
    sums.directories += directories;
    sums.newest = Math.max(sums.newest, newest);
    seen += files + directories;
  }
  for (let i = 0; i < links.length; i += 4) {
    const [bucket = 0, inode = 0, onDisk = 0, apparent = 0] = links.subarray(i, i + 4);
    const file = linked.get(inode);
    if (!file) linked.set(inode, { onDisk, apparent, buckets: [bucket] });
    else if (!file.buckets.includes(bucket)) file.buckets.push(bucket);
  }
  result.moved += moved;
  result.failed += failed;
  result.skipped += skipped;
  for (const [path, code] of errors) if (result.errors.length < 20) result.errors.push({ path, code });
  return seen;
}

function sumsOf(result: ScanResult, bucket: number): BucketSums {
  const known = result.buckets.get(bucket);
  if (known) return known;
  const fresh = { apparent: 0, onDisk: 0, files: 0, directories: 0, newest: 0 };
  result.buckets.set(bucket, fresh);
  return fresh;
}
