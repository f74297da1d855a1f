import { type Guest, rootOf } from './guest.ts';

/** Bytes of one block that `fill` writes. */
const BLOCK = 4 * 1024 ** 2;
/** Blocks written at once before the foretold end; from there one by one. */
const BEFORE = 8;
/** deviceset.go, poolHasFreeSpace */
const REFUSAL = /which is less than minimum required/;

/** A container writes until Docker makes no other one: how much was written by then. */
export async function untilRefused(guest: Guest, container: string, foretold: number): Promise<number> {
  const root = await rootOf(guest, container);
  let written = await guest.fill(root, 'root', Math.max(1, Math.floor(foretold / BLOCK) - BEFORE));
  for (;;) {
    const made = await guest.ground.run(['docker', 'create', '--name', 'another', 'lab/base:1', 'true']);
    if (REFUSAL.test(made.stderr)) return written;
    if (made.exitCode !== 0) throw new Error(`docker create: ${made.stderr.trim()}`);
    await guest.ground.must(['docker', 'rm', 'another']);
    if (written > foretold + BEFORE * BLOCK) throw new Error(`Docker refuses nothing after ${written} bytes`);
    written += await guest.fill(root, 'root', 1);
  }
}
