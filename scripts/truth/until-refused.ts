import { type Guest, rootOf } from './guest.ts';

const MIB = 1024 ** 2;
/** Written at once up to here before the foretold end, then in steps. */
const BEFORE = 32;
const STEP = 4;
/** deviceset.go, poolHasFreeSpace */
const REFUSAL = /which is less than minimum required/;

/** A container writes until Docker makes no other one: how much was written by then. */
export async function untilRefused(guest: Guest, container: string, foretold: number): Promise<number> {
  const root = await rootOf(guest, container);
  let written = await guest.fill(root, 'root', Math.max(1, Math.floor(foretold / MIB) - BEFORE));
  for (;;) {
    const made = await guest.ground.run(['docker', 'create', '--name', 'another', 'lab/base:1', 'true']);
    if (REFUSAL.test(made.stderr)) return written;
    if (made.exitCode !== 0) throw new Error(`docker create: ${made.stderr.trim()}`);
    await guest.ground.must(['docker', 'rm', 'another']);
    if (written > foretold + BEFORE * MIB) throw new Error(`Docker refuses nothing after ${written} bytes`);
    written += await guest.fill(root, 'root', STEP);
  }
}
