import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lacking } from '../../test/kernel/ready.ts';
import { makeBtrfs, must } from '../../test/kernel/support/loops.ts';
import { compare, type Side } from './compare.ts';

const USAGE = [process.execPath, 'dist/bin/ullage.cjs', 'usage', '--json', '--quiet'];
const SUBVOLUMES = 300;

/** Who holds what: a btrfs of snapshots against `btrfs fi du -s` and a quota rescan; directories: usage-again.ts. */
export function benchUsage(runs: number): void {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-bench-'));
  try {
    btrfs(folder, runs);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function btrfs(folder: string, runs: number): void {
  const lack = lacking(['loop', 'mkfs.btrfs', 'btrfs']);
  if (lack) {
    console.log(`SKIPPED usage of a btrfs: needs ${lack}`);
    return;
  }
  const fs = makeBtrfs(join(folder, 'btrfs'), 1, [], 'noatime', 4 * 2 ** 30);
  try {
    const at = (name: string): string => join(fs.mount, name);
    must('btrfs', '-q', 'subvolume', 'create', at('s0'));
    for (let i = 0; i < 5000; i++) {
      const directory = join(at('s0'), `d${i % 100}`);
      if (i < 100) mkdirSync(directory);
      writeFileSync(join(directory, String(i)), 'x'.repeat((i * 7919) % 9000));
    }
    for (let i = 1; i < SUBVOLUMES; i++) {
      must('btrfs', '-q', 'subvolume', 'snapshot', at(`s${Math.floor(i / 2)}`), at(`s${i}`));
      for (let k = 0; k < 20; k++)
        writeFileSync(join(at(`s${i}`), `d${(i * 7 + k) % 100}`, `new${k}`), 'y'.repeat(5000));
    }
    must('sync', '-f', fs.mount);
    const all = Array.from({ length: SUBVOLUMES }, (_, i) => at(`s${i}`));
    const device = fs.devices[0] ?? '';
    const what = `usage of a btrfs of ${SUBVOLUMES} subvolumes`;
    const few = Math.min(runs, 3);
    const ours: Side = { commands: [[...USAGE, device]] };
    const du: Side = { commands: [['btrfs', 'filesystem', 'du', '-s', ...all]] };
    compare(`${what} / btrfs fi du -s`, ours, du, few, 'goal: at most 0.02');
    must('btrfs', 'quota', 'enable', fs.mount);
    must('btrfs', 'quota', 'rescan', '-w', fs.mount);
    const rescan: Side = { commands: [['btrfs', 'quota', 'rescan', '-w', fs.mount]] };
    compare(`${what} / quota rescan`, ours, rescan, few, 'goal: wall at most 0.2; a rescan works in the kernel');
  } finally {
    fs.remove();
  }
}
