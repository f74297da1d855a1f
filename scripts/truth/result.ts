/** One row of the table: what was said, what was then written until the first error. Bytes, or files. */
export interface Result {
  name: string;
  seconds: number;
  counts?: 'inodes';
  predicted?: number;
  actual?: number;
  df?: number;
  btrfsUsage?: number;
  /** `predicted` is the least that can be written: more is no miss */
  atLeast?: true;
  stoppedBy?: string;
  /** why there is no number */
  error?: string;
}

const MIB = 1024 ** 2;
const HEAD = ['predicted', 'actual', 'off', 'df says', 'btrfs usage', 'seconds'];

/** Within 2 %, or 16 MiB (2 files): on either side, so never optimistic by more. */
function within({ counts, predicted, actual }: Result): boolean {
  if (predicted === undefined || actual === undefined) return false;
  return Math.abs(predicted - actual) <= Math.max(counts === 'inodes' ? 2 : 16 * MIB, actual * 0.02);
}

function verdict(result: Result): 'ok    ' | 'least ' | 'MISS  ' {
  if (within(result)) return 'ok    ';
  const { atLeast, predicted = 0, actual = 0 } = result;
  return atLeast && predicted > 0 && predicted < actual ? 'least ' : 'MISS  ';
}

/** Prints the table; how many rows missed. */
export function printTable(results: readonly Result[]): number {
  const width = Math.max(38, ...results.map((result) => result.name.length + 2));
  const head = HEAD.map((cell) => cell.padStart(12)).join('');
  console.log(`${'file system'.padEnd(width + 6)}${head}  stopped by   (MiB; inode rows: files)`);
  for (const result of results) console.log(`${verdict(result)}${result.name.padEnd(width)}${cells(result)}`);
  const count = (wanted: string): number => results.filter((result) => verdict(result) === wanted).length;
  const least = count('least ') === 0 ? '' : `, ${count('least ')} where more could be written than was promised`;
  console.log(`${count('ok    ')} rows within 2 % or 16 MiB, ${count('MISS  ')} not${least}`);
  return count('MISS  ');
}

function cells(result: Result): string {
  const { counts, predicted, actual, df, btrfsUsage, seconds } = result;
  if (result.error !== undefined) return `  ${result.error}`;
  const off = predicted === undefined || actual === undefined ? undefined : predicted - actual;
  const say = (value: number | undefined): string =>
    value === undefined || Number.isNaN(value) ? '-' : counts ? String(value) : (value / MIB).toFixed(1);
  return `${[...[predicted, actual, off, df, btrfsUsage].map(say), seconds.toFixed(0)]
    .map((cell) => cell.padStart(12))
    .join('')}  ${result.stoppedBy ?? '-'}`;
}
