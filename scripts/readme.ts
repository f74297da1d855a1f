import { readFileSync } from 'node:fs';
import { diagnose } from '../src/causes/diagnose.ts';
import { causes } from '../src/causes/index.ts';
import { reportLines } from '../src/cli/render/report.ts';
import { styleFor } from '../src/cli/render/style.ts';
import { captureHost } from '../src/host/capture.ts';
import { factsOfCapture } from '../src/probes/from-capture.ts';
import { probes } from '../src/probes/index.ts';
import { remedies } from '../src/remedies/index.ts';

const CAPTURE = 'examples/btrfs-metadata-exhausted';
const PLACE = /<!-- transcript:begin -->[\s\S]*?<!-- transcript:end -->/;

/** README.md with the terminal transcript that the code prints today. */
export async function readme(): Promise<string> {
  const capture = await captureHost(CAPTURE);
  const { facts } = factsOfCapture(capture.entries(), probes);
  const style = await styleFor({ columns: 110 }, true);
  const command = `ullage doctor --capture ${CAPTURE}`;
  const lines = reportLines(diagnose(facts, causes, 'host'), { style, remedies, all: false, command, nothing: '' });
  const block = [
    '<!-- transcript:begin -->',
    '```console',
    `$ ${command}`,
    ...lines,
    '```',
    '<!-- transcript:end -->',
  ].join('\n');
  return readFileSync('README.md', 'utf8').replace(PLACE, () => block);
}
