import { lstatSync, readdirSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { KeptTrees } from './kept-trees.ts';
import type { KnownTree } from './known-trees.ts';
import { type Answer, DeviceSums, sumsOf } from './scan-sums.ts';
import type { ScanOptions, ScanResult } from './scan-types.ts';
import { SCAN_WORKER_SOURCE, SCANNER_SOURCE } from './scan-worker-source.ts';

/** What is still to do on one device. */
export interface Work {
  open: Directory[];
  /** known trees whose proof is still to be looked at, and what to read where it fails */
  known: Known[];
  kept: KeptTrees;
}

interface Known {
  tree: KnownTree;
  directory: Directory;
  blocks: number;
}

/** `kept`: the length of the path of the tree that it is in, where that is to be kept; else 0 */
export type Directory = [path: string | Uint8Array, bucket: number, inode: number, kept: number];

/** What a worker says of a known tree. */
interface Verdict {
  place: number;
  same: boolean;
}

/** See scan-worker-source.ts. */
interface Scanner {
  next(): void;
  left(): number;
  add(directories: readonly Directory[]): void;
  give(count: number): Directory[];
  unchanged(path: string, proof: Uint8Array): boolean;
  answer(rest: Directory[]): Answer<Directory>;
}

/** A worker tells what it found every so often, ms. */
const BUDGET = 25;
/** What is read in so many ms is read here: a worker takes three times that to start. */
const AT_ONCE = 10;
/** On a cold cache the disk's queue decides, not the cores. */
const MOST_WORKERS = 8;
/** Workers begin when the cache is warm: more only pay where the disk makes them wait. */
const FIRST_WORKERS = 2;
/** 512 KiB in blocks of 512 bytes. */
const ENOUGH_READ = 1024;

/** Counts what is open, and what is known where its proof fails, into `result`. */
export async function scanDevice(
  device: number,
  work: Work,
  result: ScanResult,
  options: ScanOptions,
): Promise<DeviceSums> {
  const sums = new DeviceSums(result, work.kept);
  const { progress } = options;
  let entries = 0;
  const take = (answer: Answer<Directory>): void => {
    entries += sums.take(answer);
    for (const one of answer.rest) work.open.push(one);
    progress?.(entries);
  };
  const judge = (one: Known, same: boolean): void => {
    if (same && sums.takeKnown(one.tree, one.directory[1])) result.reused.push(one.tree);
    else begin(result, work, one.directory, one.blocks, one.tree.key);
  };
  lookAtInodes(device, work, options, judge);
  atOnce(device, work, options, take, judge);
  if (work.known.length > 0 || work.open.length > 0) await withWorkers(device, work, options, take, judge);
  return sums;
}

/** A tree that is counted: the blocks of its own directory, and what is in it is open. */
export function begin(
  result: ScanResult,
  work: Work,
  directory: Directory,
  blocks: number,
  sealed: string | undefined,
): void {
  const [path, bucket] = directory;
  const sums = sumsOf(result, bucket);
  sums.onDisk += blocks * 512;
  sums.directories++;
  if (sealed !== undefined) work.kept.add(bucket, String(path), sealed);
  work.open.push(directory);
}

/** Those of which the inodes say that they are unchanged need no more. */
function lookAtInodes(
  device: number,
  work: Work,
  { inodes }: ScanOptions,
  judge: (one: Known, same: boolean) => void,
): void {
  const look = work.known.length > 0 ? inodes?.(device) : undefined;
  if (!look) return;
  try {
    work.known = work.known.filter((one) => {
      if (!look.unchanged(one.tree.proof, one.directory[2])) return true;
      judge(one, true);
      return false;
    });
  } finally {
    look.close();
  }
}

/** What can be done before a worker would run. */
function atOnce(
  device: number,
  { known, open }: Work,
  { mounts = [], atOnce: most = AT_ONCE }: ScanOptions,
  take: (answer: Answer<Directory>) => void,
  judge: (one: Known, same: boolean) => void,
): void {
  if (known.length === 0 && open.length === 0) return;
  const make = compileFunction(`${SCANNER_SOURCE}\nreturn scanner;`) as () => (
    fs: { readdirSync: typeof readdirSync; lstatSync: typeof lstatSync },
    what: { device: number; mounts: readonly string[] },
  ) => Scanner;
  const scan = make()({ readdirSync, lstatSync }, { device, mounts });
  const until = performance.now() + most;
  while (performance.now() < until) {
    const one = known.pop();
    if (!one) break;
    judge(one, scan.unchanged(one.tree.path, one.tree.proof));
  }
  scan.add(open.splice(0));
  while (scan.left() > 0 && performance.now() < until) scan.next();
  take(scan.answer(scan.give(scan.left())));
}

async function withWorkers(
  device: number,
  { open, known }: Work,
  { mounts = [], workers: most = MOST_WORKERS }: ScanOptions,
  take: (answer: Answer<Directory>) => void,
  judge: (one: Known, same: boolean) => void,
): Promise<void> {
  const workers: Worker[] = [];
  const idle: Worker[] = [];
  /** how many have nothing to do: a worker that sees it gives away what it has left */
  const wanting = new Int32Array(new SharedArrayBuffer(4));
  const workerData = { device, mounts, budget: BUDGET, wanting };
  let asked = 0;
  const before = process.resourceUsage().fsRead;
  try {
    await new Promise<void>((resolve, reject) => {
      const feed = (): void => {
        for (let next = known[asked]; next && idle.length > 0; next = known[++asked])
          idle.pop()?.postMessage({ place: asked, path: next.tree.path, proof: next.tree.proof });
        while (idle.length > 0 && open.length > 0) {
          const share = Math.max(1, Math.min(256, Math.ceil(open.length / (workers.length * 2))));
          idle.pop()?.postMessage(open.splice(-share));
        }
        Atomics.store(wanting, 0, idle.length);
        if (idle.length === workers.length) resolve();
      };
      const hire = (): void => {
        const worker = new Worker(SCAN_WORKER_SOURCE, { eval: true, workerData });
        workers.push(worker);
        worker.on('error', reject);
        worker.on('message', (answer: Answer<Directory> | Verdict) => {
          if ('place' in answer) {
            const one = known[answer.place];
            if (one) judge(one, answer.same);
          } else take(answer);
          if ('place' in answer || answer.done) idle.push(worker);
          if (workers.length < most && idle.length === 0 && readsDisk(before)) hire();
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
}

/**
 * Whether the disk is read rather than its cache: ru_inblock (getrusage(2), blocks of 512 bytes) counts
 * what all threads waited for. Time that passed says nothing where others keep the processor busy.
 */
function readsDisk(before: number): boolean {
  return process.resourceUsage().fsRead - before > ENOUGH_READ;
}
