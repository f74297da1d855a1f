/**
 * Scores a corpus folder: `npx tsx scripts/score.ts FOLDER [--verbose] [CASE…]`.
 * A case is a folder with report.txt and label.json {accepts, other_accepts?, confirmed?}; a file
 * `expected.json` {"path.txt": label} serves too. Prints the misses and the shares; exits 1 below the goals.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { explainText } from '../src/causes/explain.ts';
import { causes } from '../src/causes/index.ts';
import { probes } from '../src/probes/index.ts';

interface Label {
  accepts: string[];
  other_accepts?: string[];
  also?: string[];
  confirmed?: boolean;
}

const [folder, ...rest] = process.argv.slice(2);
if (!folder) {
  console.error('score: no folder given. Usage: npx tsx scripts/score.ts FOLDER [--verbose] [CASE…]');
  process.exit(3);
}
const verbose = rest.includes('--verbose');
const wanted = rest.filter((word) => !word.startsWith('--'));
const cases = readCases(folder).filter(({ name }) => wanted.length === 0 || wanted.some((word) => name.includes(word)));

let first = 0;
let three = 0;
let wrong = 0;
let unconfirmed = 0;
for (const { name, text, label } of cases) {
  const { findings } = explainText(text, probes, causes);
  const ids = findings.map((finding) => finding.cause);
  const nothingWanted = label.accepts.length === 0;
  const loud = findings.filter((finding) => finding.severity === 'critical' && finding.confidence !== 'possible');
  const isFirst = nothingWanted ? loud.length === 0 : label.accepts.includes(ids[0] ?? '');
  const isThree = nothingWanted ? loud.length === 0 : ids.slice(0, 3).some((id) => label.accepts.includes(id));
  const accepted = [...label.accepts, ...(label.other_accepts ?? []), ...(label.also ?? [])];
  const wrongly = findings.filter((finding) => finding.confidence === 'confirmed' && !accepted.includes(finding.cause));
  const missing =
    label.confirmed === true &&
    !findings.some((finding) => finding.confidence === 'confirmed' && label.accepts.includes(finding.cause));
  if (isFirst) first++;
  if (isThree) three++;
  if (wrongly.length > 0) wrong++;
  if (missing) unconfirmed++;
  if (verbose || !isFirst || wrongly.length > 0 || missing) {
    const mark =
      wrongly.length > 0
        ? 'WRONGLY CONFIRMED'
        : isFirst
          ? missing
            ? 'not confirmed'
            : 'ok'
          : isThree
            ? 'in three'
            : 'MISS';
    console.log(`${mark.padEnd(18)} ${name}: wants ${label.accepts.join('|') || 'nothing'}`);
    for (const finding of findings.slice(0, verbose ? 8 : 4))
      console.log(
        `    ${finding.confidence.padEnd(9)} ${finding.severity.padEnd(8)} ${finding.cause} [${finding.subject}]`,
      );
  }
}
const share = (n: number) => `${n}/${cases.length} (${((100 * n) / Math.max(1, cases.length)).toFixed(1)} %)`;
console.log(
  `first ${share(first)}, among three ${share(three)}, wrong confirmations ${wrong}, should be confirmed and are not ${unconfirmed}`,
);
process.exit(first < 0.9 * cases.length || three < 0.97 * cases.length || wrong > 0 ? 1 : 0);

function readCases(root: string): { name: string; text: string; label: Label }[] {
  if (existsSync(join(root, 'expected.json'))) {
    const expected = JSON.parse(readFileSync(join(root, 'expected.json'), 'utf8')) as Record<string, Label>;
    return Object.entries(expected).map(([name, label]) => ({
      name,
      label,
      text: readFileSync(join(root, name), 'utf8'),
    }));
  }
  return readdirSync(root)
    .sort()
    .filter((name) => existsSync(join(root, name, 'label.json')))
    .map((name) => ({
      name,
      text: readFileSync(join(root, name, 'report.txt'), 'utf8'),
      label: JSON.parse(readFileSync(join(root, name, 'label.json'), 'utf8')) as Label,
    }));
}
