/** Writes samples into a history as fast as it can, telling each that is done; meant to be killed. */
import { writeSync } from 'node:fs';
import { openHistory } from '../../../src/watch/history/history.ts';

const history = await openHistory(process.argv[2] ?? '');
const from = Number(process.argv[3]);
for (let at = from; ; at += 60) {
  const figures = new Map(Array.from({ length: 100 }, (_, index) => [`series ${index}`, at]));
  if (history.write(at, figures) === undefined) writeSync(1, `${at}\n`);
}
