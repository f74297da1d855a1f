/**
 * `npx tsx scripts/bench/usage-memory.ts [FILES]`, also part of `npm run bench`: the peak memory of a first
 * run of `ullage usage` over an overlay2 store of a million files, all of whose layers are noted for the next run.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { FakeDocker, randomFrom } from '../../test/usage/engine.ts';
import { must, peakMiB } from './compare.ts';

const FILES = 1_000_000;
const A_DIRECTORY = 8;
const LAYERS = 40;

export function benchUsageMemory(files = FILES): void {
  const home = mkdtempSync(join(tmpdir(), 'ullage-bench-'));
  const at = join(home, 'mounted');
  try {
    mkdirSync(at);
    // which file system it is makes no difference to what is kept in memory
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'nr_inodes=0,size=90%', 'tmpfs', at]).status !== 0) {
      console.log('SKIPPED peak memory of usage: needs a tmpfs, so root');
      return;
    }
    const docker = new FakeDocker(join(at, 'docker'), randomFrom(3));
    for (let i = 0; i < LAYERS / 4; i++) for (const step of docker.pull(4)) step();
    const layers = readdirSync(join(docker.root, 'overlay2')).filter((name) => name !== 'l');
    for (let i = 0; i < files; i++) {
      const number = Math.floor(i / A_DIRECTORY);
      const layer = docker.layer(layers[number % layers.length] ?? '');
      const directory = join(layer, 'diff', 'usr', 'lib', `package-${Math.floor(number / 500)}`, `d${number}`);
      if (i % A_DIRECTORY === 0) mkdirSync(directory, { recursive: true });
      writeFileSync(join(directory, `file-${i}`), '');
    }
    const usage = [process.execPath, 'dist/bin/ullage.cjs', 'usage', '--json', '--quiet', docker.root];
    const peak = peakMiB(['env', `XDG_CACHE_HOME=${join(home, 'cache')}`, ...usage]);
    const entries = must('find', at, '-printf', 'x').length;
    console.log(`usage of ${files} files (${entries} entries): peak ${peak.toFixed(0)} MiB (goal: at most 150)`);
  } finally {
    spawnSync('umount', [at], { stdio: 'ignore' });
    rmSync(home, { recursive: true, force: true });
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) benchUsageMemory(Number(process.argv[2] ?? FILES));
