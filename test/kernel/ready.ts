import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';

/** What a kernel test needs beyond root: `loop` (loop devices that can be mounted) or a program on PATH. */
export type Need = 'loop' | (string & {});

/**
 * A suite of kernel tests. Where a need is not met it holds one skipped test whose name says why,
 * so that nothing passes silently.
 */
export function kernelSuite(name: string, needs: readonly Need[], body: () => void): void {
  const lack = lacking(needs);
  if (lack === undefined) describe(name, body);
  else describe(name, () => test.skip(`needs ${lack}`, () => {}));
}

/** The first need that is not met, for people; undefined when all are. */
export function lacking(needs: readonly Need[]): string | undefined {
  if (process.platform !== 'linux') return 'Linux';
  if (process.getuid?.() !== 0) return 'root';
  for (const need of needs) {
    if (need === 'loop' ? !canMountLoop() : !onPath(need)) return need === 'loop' ? 'loop devices' : need;
  }
  return undefined;
}

function onPath(program: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', program], { stdio: 'ignore' }).status === 0;
}

let loop: boolean | undefined;

/** Containers often are root without the right to mount: only trying tells. */
function canMountLoop(): boolean {
  if (loop !== undefined) return loop;
  const folder = mkdtempSync(join(tmpdir(), 'ullage-loop-'));
  const image = join(folder, 'image');
  const at = join(folder, 'at');
  try {
    writeFileSync(image, '');
    truncateSync(image, 16 * 2 ** 20);
    const ok = (argv: string[]): boolean => spawnSync(argv[0] ?? '', argv.slice(1), { stdio: 'ignore' }).status === 0;
    loop = ok(['mkdir', at]) && ok(['mkfs.ext4', '-q', image]) && ok(['mount', '-o', 'loop', image, at]);
    if (loop) ok(['umount', at]);
    return loop;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
