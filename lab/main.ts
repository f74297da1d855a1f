import { mkdirSync } from 'node:fs';
import { guestGround } from './guest/ground.ts';
import { incidents } from './incidents/index.ts';
import { runIncident } from './run.ts';

const started = performance.now();
const say = (line: string): void =>
  console.error(`[${((performance.now() - started) / 1000).toFixed(1).padStart(6)}] ${line}`);
const incident = incidents.find((one) => one.name === process.argv[3]);
if (!incident) throw new Error('which?');
const ground = await guestGround(incident.guest ?? 'debian12', { disks: incident.disks ?? [] });
say('booted');
try {
  console.log(await runIncident(incident, ground, { say }));
} finally {
  await ground.close();
}
