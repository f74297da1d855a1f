/** A disk that fills at a steady rate while ullage watches: what is foretold at half-way, and what comes. */
import type { AlertDocument } from '../src/watch/alerts/senders.ts';
import { eventually, holds, sleep } from './expect.ts';
import { atHalfWay, type End, firstOf, readMetrics, readTold, type Said, type Told } from './foreseen.ts';
import type { Incident, Lab } from './incident.ts';
import { said as withoutLogger } from './said.ts';

export interface ForeseeRow {
  incident: string;
  ground: string;
  ends: EndRow[];
  /** whole looks and repeated ones until the end */
  looks: number;
  seconds: number;
  /** what was not as it must be; empty when all was */
  wrong: string[];
}

export interface EndRow {
  consumer: string;
  /** seconds from the fill's start until nothing was left */
  filled: number;
  /** seconds left at half-way: as told, and real */
  said?: number;
  left: number;
  /** by which share of the truth it was wrong; negative: too soon */
  off?: number;
  alert?: AlertDocument;
  /** seconds between the alert and the end */
  lead?: number;
  /** the real error's text */
  error: string;
}

/** By which share the time left at half-way may be wrong. */
const WITHIN = 0.2;
const ADDRESS = '127.0.0.1:9723';
const TOLD = '/root/told';
/** Keeps each message with its time. */
const KEEPER = `#!/bin/sh\n{ printf '%s ' "$(date +%s)"; cat; } >>${TOLD}\n`;
/** Hours of a host are minutes here: a forecast is told when it held for half a minute. */
const WATCH = ['--interval', '5', '--for', '30', '--listen', ADDRESS, '--command', '/root/keep'];
const ASK = 'date +%s.%N; curl -s -m 20 "$1" || true';

/** No fill of the lab takes longer. */
const LONGEST = 40 * 60;

export async function runForesee(incident: Incident, lab: Lab): Promise<ForeseeRow> {
  const started = performance.now();
  const { ground } = lab;
  const row: ForeseeRow = {
    incident: incident.name,
    ground: ground.kind,
    ends: [],
    looks: 0,
    seconds: 0,
    wrong: [],
  };
  try {
    const { foresee } = incident;
    holds(foresee !== undefined, `${incident.name} is not filled at a steady rate`);
    lab.say('make');
    await incident.make(lab);
    await foresee.ready(lab);
    await ground.write('/root/keep', KEEPER);
    await ground.must(['chmod', '755', '/root/keep']);
    await ground.write(TOLD, '');
    const watch = ground.beside(['watch', ...WATCH]);
    void watch.done.then((ran) => lab.say(`the watch ended: ${ran.stderr.slice(-1500)}`));
    const ask = async (): Promise<{ at: number; said: Said | undefined }> => {
      const text = await ground.must(['sh', '-c', ASK, 'sh', `http://${ADDRESS}/metrics`]);
      const at = Number(text.split('\n')[0]);
      return { at, said: readMetrics(text, at) };
    };
    await eventually(180, 'the watch looks', async () => (await ask()).said);
    const start = (await ask()).at;
    lab.say('fill');
    const fill = foresee.fill(lab);
    const all: Said[] = [];
    for (const end of foresee.ends) {
      let now = await ask();
      while (!(await end.reached(lab))) {
        holds(now.at - start < LONGEST, `${end.consumer}: not full in ${LONGEST} s`);
        // seldom: the guest's processors are the fill's and the watch's
        await sleep(4);
        now = await ask();
        if (!now.said) continue;
        if (now.said.lookAt !== all.at(-1)?.lookAt) lab.say(progress(now.said, now.at - start, foresee.ends));
        all.push(now.said);
      }
      const told = readTold(await ground.must(['cat', TOLD]));
      const first = firstOf(told, end, now.at);
      const ended: EndRow = {
        consumer: end.consumer,
        filled: now.at - start,
        ...atHalfWay(all, end.consumer, start, now.at),
        ...(first ? { alert: first.alert, lead: now.at - first.at } : {}),
        error: '',
      };
      row.ends.push(ended);
      row.wrong.push(...faultsOf(ended, end.cause, told));
      lab.say(`${end.consumer}: nothing is left after ${ended.filled.toFixed(0)} s`);
      ended.error = oneLine(withoutLogger(await end.error(lab, fill)));
    }
    row.looks = new Set(all.map((one) => one.lookAt)).size;
    watch.kill();
  } catch (error) {
    row.wrong.push(error instanceof Error ? error.message : String(error));
  }
  row.seconds = (performance.now() - started) / 1000;
  return row;
}

function progress({ left }: Said, seconds: number, ends: readonly End[]): string {
  const each = ends.map(({ consumer }) => `${consumer} ${left.get(consumer) ?? '?'} s`);
  return `${seconds.toFixed(0)} s of the fill; left, as told: ${each.join(', ')}`;
}

function faultsOf({ consumer, off, alert }: EndRow, cause: string, told: readonly Told[]): string[] {
  const faults: string[] = [];
  if (off === undefined) faults.push(`${consumer}: no forecast at half-way`);
  else if (Math.abs(off) > WITHIN)
    faults.push(`${consumer}: the time left at half-way was ${(off * 100).toFixed(1)} % off`);
  const other = told.map((one) => `${one.alert.rule} ${one.alert.cause ?? ''} ${one.alert.subject}`).join(', ');
  if (!alert) faults.push(`${consumer}: no alert foretold ${cause}; told: ${other || 'nothing'}`);
  return faults;
}

const oneLine = (text: string): string => text.trim().split(/\s+/).join(' ');
