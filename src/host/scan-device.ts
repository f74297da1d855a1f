import { lstatSync, readdirSync } from 'node:fs';
import { compileFunction } from 'node:vm';
import { Worker } from 'node:worker_threads';
import type { KeptTrees } from './kept-trees.ts';
import type { KnownTree } from './known-trees.ts';
import type { Answer, Directory, InodeCount } from './scan-answer.ts';
import { DeviceSums, sumsOf } from './scan-sums.ts';
import type { InodeLook, ScanOptions, ScanResult } from './scan-types.ts';
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
  answer(rest: Directory[]): Answer;
}

/** A worker tells what it found every so often, ms. */
const BUDGET = 25;
/** What is read in so many ms is read here: a worker takes three times that to start. */
const AT_ONCE = 10;
/** Beside what is read from the device, ms. */
const BY_PATH = 100;
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
  const take = (answer: Answer): void => {
    entries += sums.take(answer);
    for (const one of answer.rest) work.open.push(one);
    progress?.(entries);
  };
  const judge = (one: Known, same: boolean): void => {
    if (same && sums.takeKnown(one.tree, one.directory[1])) result.reused.push(one.tree);
    else begin(result, work, one.directory, one.blocks, one.tree.key);
  };
  const scan = scannerHere(device, options);
  const look = options.inodes?.(device, options.mounts ?? []);
  try {
    if (look) lookAtInodes(look, work, judge);
    atOnce(scan, work, options, take, judge);
    if (look && work.open.length > 0) await countInodes(look.count, scan, work, take);
  } finally {
    look?.close();
  }
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
function lookAtInodes(look: InodeLook, work: Work, judge: (one: Known, same: boolean) => void): void {
  work.known = work.known.filter((one) => {
    if (!look.unchanged(one.tree.proof, one.directory[2])) return true;
    judge(one, true);
    return false;
  });
}

function scannerHere(device: number, { mounts = [] }: ScanOptions): Scanner {
  const make = compileFunction(`${SCANNER_SOURCE}\nreturn scanner;`) as () => (
    fs: { readdirSync: typeof readdirSync; lstatSync: typeof lstatSync },
    what: { device: number; mounts: readonly string[] },
  ) => Scanner;
  return make()({ readdirSync, lstatSync }, { device, mounts });
}

/** What can be done before a worker would run. */
function atOnce(
  scan: Scanner,
  { known, open }: Work,
  { atOnce: most = AT_ONCE }: ScanOptions,
  take: (answer: Answer) => void,
  judge: (one: Known, same: boolean) => void,
): void {
  if (known.length === 0 && open.length === 0) return;
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

/** From the device what can be counted so, and by path, one by one, what cannot; much of that is left to workers. */
async function countInodes(
  count: InodeCount,
  scan: Scanner,
  { open }: Work,
  take: (answer: Answer) => void,
): Promise<void> {
  count.add(open.splice(0));
  let spent = 0;
  while (count.left() > 0) {
    const { rest, ...found } = count.step();
    take({ ...found, rest: [] });
    const begun = performance.now();
    for (const one of rest) {
      if (spent + performance.now() - begun > BY_PATH) open.push(one);
      else {
        scan.add([one]);
        scan.next();
        count.add(scan.give(scan.left()));
      }
    }
    take(scan.answer([]));
    spent += performance.now() - begun;
    // signals are heard between
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function withWorkers(
  device: number,
  { open, known }: Work,
  { mounts = [], workers: most = MOST_WORKERS }: ScanOptions,
  take: (answer: Answer) => void,
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
        worker.on('message', (answer: Answer | Verdict) => {
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
