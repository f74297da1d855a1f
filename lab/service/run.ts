/** `ullage watch` as a service of a real systemd: installed, killed, installed over, as a timer, with care, taken away. */
import type { Guest } from '../guest/ground.ts';
import { care, uninstalled } from './care.ts';
import { makeHost, type Seat, seatOn } from './seat.ts';
import { asInShell, installed, killed, looks, overIt, timer } from './steps.ts';

export interface ServiceRow {
  steps: { step: string; said: string; seconds: number; wrong?: string }[];
  seconds: number;
}

/** In this order: each begins where the one before it ended. */
const STEPS: readonly [string, (seat: Seat) => Promise<string>][] = [
  ['a host with Docker on btrfs and a thin pool', async (seat) => makeHost(seat).then(() => '')],
  ['--install', installed],
  ['asked in the unit as in a shell', asInShell],
  ['a look each interval', looks],
  ['killed', killed],
  ['installed over it; the kernel speaks', overIt],
  ['--once: a timer', timer],
  ['--care: a run by its timer', care],
  ['--uninstall', uninstalled],
];

/** What fails is told and the next is tried; without the host nothing is. */
export async function runService(ground: Guest, say: (line: string) => void): Promise<ServiceRow> {
  const started = performance.now();
  const seat = seatOn(ground);
  const row: ServiceRow = { steps: [], seconds: 0 };
  for (const [step, work] of STEPS) {
    const begun = performance.now();
    const end = (): number => (performance.now() - begun) / 1000;
    try {
      const said = await work(seat);
      row.steps.push({ step, said, seconds: end() });
      say(`${step}: ${said || 'done'}`);
    } catch (error) {
      const wrong = error instanceof Error ? error.message : String(error);
      row.steps.push({ step, said: '', seconds: end(), wrong });
      say(`${step}: WRONG: ${wrong}`);
      if (row.steps.length === 1) break;
    }
  }
  row.seconds = (performance.now() - started) / 1000;
  return row;
}
