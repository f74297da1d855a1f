/**
 * The inner half of the lab: one piece of work in namespaces of its own (namespaces.ts). Takes a JSON
 * {@link Task} as its only argument, tells progress on stderr, writes the JSON {@link Row} to fd 3.
 */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import { guestGround } from './guest/ground.ts';
import { buildImage, isBuilt } from './guest/image.ts';
import { type GuestName, recipes } from './guest/recipe.ts';
import type { Incident } from './incident.ts';
import { incidents, unproven } from './incidents/index.ts';
import { isRoot, privateDirectory } from './namespaces.ts';
import { newLab, runIncident, type Stage } from './run.ts';
import { said } from './said.ts';

export type Task =
  | { do: 'image'; guest: GuestName }
  | { do: 'run'; incident: string; ground: Ground['kind']; accelerator: 'tcg' | 'kvm'; keep: string; captures?: string }
  | { do: 'shell'; incident: string; ground: Ground['kind']; accelerator: 'tcg' | 'kvm'; at: Stage };

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const started = performance.now();
const name = task.do === 'image' ? task.guest : task.incident;
const say = (line: string): void => {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  console.error(`${seconds} s  ${name}: ${line}`);
};

if (task.do === 'image') {
  // looked at again: the lock may have been held by somebody who built it
  if (!isBuilt(recipes[task.guest])) await buildImage(recipes[task.guest], await privateDirectory(), say);
} else if (task.do === 'run') await run(task);
else await shell(task);
process.exit();

async function run(task: Task & { do: 'run' }): Promise<void> {
  const incident = incidentCalled(task.incident);
  const disks = tmpdir();
  if (isRoot()) process.env['TMPDIR'] = await privateDirectory();
  const ground = await groundFor(incident, task.ground, task.accelerator, disks);
  say(`${task.ground === 'vm' ? 'guest' : 'kernel'} ready`);
  const captures = task.captures;
  const row = await runIncident(incident, ground, {
    say,
    ...(captures === undefined
      ? {}
      : {
          at: async (stage: Stage) => {
            mkdirSync(captures, { recursive: true });
            const file = join(captures, `${incident.name}-${stage}.tar.gz`);
            const made = await ground.ullage('capture', '-o', file);
            if (made.exitCode !== 0) throw new Error(`ullage capture: ${made.stderr}`);
            say(file);
          },
        }),
  });
  if (row.wrong.length > 0) {
    mkdirSync(task.keep, { recursive: true });
    writeFileSync(join(task.keep, 'console.txt'), ground.console());
    writeFileSync(join(task.keep, 'row.json'), `${JSON.stringify(row, null, 2)}\n`);
    const left = await ground
      .run(['sh', '-c', 'dmesg; cat /var/log/dockerd.log /var/log/containerd.log'])
      .catch(() => undefined);
    if (left) writeFileSync(join(task.keep, 'logs.txt'), left.stdout);
  }
  writeSync(3, JSON.stringify(row));
  await ground.close();
}

/** Hands a healthy or broken host to whoever sits at the terminal; it is gone when they leave. */
async function shell(task: Task & { do: 'shell' }): Promise<void> {
  const incident = incidentCalled(task.incident);
  const ground = await groundFor(incident, task.ground, task.accelerator, tmpdir());
  try {
    const lab = newLab(ground, { say });
    say('make');
    await incident.make(lab);
    if (task.at !== 'healthy') say(`broken: ${said(await incident.break(lab))}`);
    if (task.at === 'healed') {
      say('cure');
      await incident.cure(lab);
    }
    say(`${task.at}; the host is gone when you leave the shell`);
    await ground.shell();
  } catch (error) {
    // a stage that did not come off; the ground is closed all the same
    console.error(`lab: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  } finally {
    await ground.close();
  }
}

function incidentCalled(wanted: string): Incident {
  const incident = [...incidents, ...unproven].find((one) => one.name === wanted);
  if (!incident) throw new Error(`no incident is called ${wanted}`);
  return incident;
}

async function groundFor(
  incident: Incident,
  kind: Ground['kind'],
  accelerator: 'tcg' | 'kvm',
  disks: string,
): Promise<Ground> {
  const sizes = incident.disks ?? [];
  if (kind === 'kernel') return (await import('./kernel/ground.ts')).kernelGround({ disks: sizes });
  return guestGround(incident.guest ?? 'debian12', { disks: sizes, accelerator, diskDirectory: disks });
}
