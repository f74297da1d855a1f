/**
 * The truth table: `npm run truth -- [--vm] [WORD…]`, rows whose names hold one of the words. For each
 * file system: ask ullage how much can still be written, then write until the first error, and print
 * predicted, actual, and what df and `btrfs filesystem usage` say. Goal: within 2 % or 16 MiB, never
 * optimistic by more than that. Exits 1 when a row misses, 0 with a SKIPPED line where it cannot run.
 * Rows of this kernel need root; those of guests (`--vm`) are thin pools and Docker's devicemapper.
 */
import { kernelRows } from './truth/kernel.ts';
import { printTable, type Result } from './truth/result.ts';

const words = process.argv.slice(2).filter((word) => word !== '--vm');
const wanted = (name: string): boolean => words.length === 0 || words.some((word) => name.includes(word));

const results: Result[] = [];
if (process.getuid?.() === 0) results.push(...(await kernelRows(wanted)));
else console.log('SKIPPED truth table: needs root for loop devices');
// the lab is loaded only where it is asked for
if (process.argv.includes('--vm')) results.push(...(await (await import('./truth/guests.ts')).guestRows(wanted)));
process.exit(results.length > 0 && printTable(results) > 0 ? 1 : 0);
