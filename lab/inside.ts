/**
 * The inner half of the lab: one piece of work in namespaces of its own (namespaces.ts). Takes a JSON
 * {@link Task} as its only argument, tells progress on stderr, writes the JSON {@link Row} to fd 3.
 */
import { mkdirSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CRASH_KINDS, type CrashRow, crashLoop } from './crash.ts';
import { runForesee } from './foresee.ts';
import type { Ground } from './ground.ts';
import { type Guest, guestGround } from './guest/ground.ts';
import { buildImage, isBuilt } from './guest/image.ts';
import { type GuestName, recipes } from './guest/recipe.ts';
import { healBy } from './heal.ts';
import type { Incident, Lab } from './incident.ts';
import { incidents, unproven } from './incidents/index.ts';
import { isRoot, privateDirectory } from './namespaces.ts';
import { newLab, runIncident, type Stage } from './run.ts';
import { said } from './said.ts';
import { onTheMachine, overSsh } from './seat.ts';
import { runService } from './service/run.ts';

export type Task =
  | { do: 'image'; guest: GuestName }
  | {
      do: 'run';
      incident: string;
      ground: Ground['kind'];
      accelerator: 'tcg' | 'kvm';
      keep: string;
      by: 'hand' | 'ullage';
      captures?: string;
    }
  | {
      do: 'crash';
      incident: string;
      ground: Ground['kind'];
      accelerator: 'tcg' | 'kvm';
      kinds: string[];
      /** only this one of its cures; those before it are applied in peace */
      remedy?: string;
      step: number;
      from: number;
      overSsh: boolean;
    }
  | { do: 'service'; accelerator: 'tcg' | 'kvm' }
  | { do: 'foresee'; incident: string; ground: Ground['kind']; accelerator: 'tcg' | 'kvm' }
  | { do: 'shell'; incident: string; ground: Ground['kind']; accelerator: 'tcg' | 'kvm'; at: Stage };

const task = JSON.parse(process.argv[2] ?? '{}') as Task;
const started = performance.now();
const name = task.do === 'image' ? task.guest : task.do === 'service' ? task.do : task.incident;
const say = (line: string): void => {
  const seconds = ((performance.now() - started) / 1000).toFixed(0).padStart(4);
  console.error(`${seconds} s  ${name}: ${line}`);
};

if (task.do === 'image') {
  // looked at again: the lock may have been held by somebody who built it
  if (!isBuilt(recipes[task.guest])) await buildImage(recipes[task.guest], await privateDirectory(), say);
} else if (task.do === 'run') await run(task);
else if (task.do === 'crash') await crash(task);
else if (task.do === 'foresee') await foresee(task);
else if (task.do === 'service') await service(task);
else await shell(task);
process.exit();

async function run(task: Task & { do: 'run' }): Promise<void> {
  const incident = incidentCalled(task.incident);
  const disks = tmpdir();
  if (isRoot()) process.env['TMPDIR'] = await privateDirectory();
  const ground = await groundFor(
    incident,
    task.ground,
    task.accelerator,
    disks,
    task.by === 'ullage' || incident.commandInside === true,
  );
  say(`${task.ground === 'vm' ? 'guest' : 'kernel'} ready`);
  const captures = task.captures;
  const watcher = {
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
  };
  const row = await runIncident(incident, ground, watcher, task.by);
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

/** Every cure of the incident, killed at each of its points. */
async function crash(task: Task & { do: 'crash' }): Promise<void> {
  const incident = incidentCalled(task.incident);
  const cures = incident.heal?.cures ?? [];
  const disks = tmpdir();
  if (isRoot()) process.env['TMPDIR'] = await privateDirectory();
  const ground = await guestGround(incident.guest ?? 'debian12', {
    disks: incident.disks ?? [],
    accelerator: task.accelerator,
    diskDirectory: disks,
    withCommand: true,
    rewindable: true,
  });
  // through the prototype: the lab's own docker is an accessor
  const lab = Object.create(newLab(ground, { say }), { ground: { value: ground } }) as Lab & { ground: Guest };
  const rows: CrashRow[] = [];
  try {
    say('make');
    await incident.make(lab);
    say(`broken: ${said(await incident.break(lab))}`);
    await ground.save('broken');
    for (const [index, cure] of cures.entries()) {
      if (task.remedy !== undefined && task.remedy !== cure.remedy) continue;
      await ground.load('broken');
      await healBy(ground, cures.slice(0, index), say);
      const kinds = CRASH_KINDS.filter((kind) => task.kinds.length === 0 || task.kinds.includes(kind.name));
      const seat = task.overSsh ? overSsh(ground, join(tmpdir(), 'operator')) : onTheMachine(ground);
      rows.push(...(await crashLoop(incident, cure, lab, { kinds, step: task.step, from: task.from, seat, say })));
    }
  } finally {
    writeSync(3, JSON.stringify(rows));
    await ground.close();
  }
}

/** The healthy host is filled while ullage watches it. */
async function foresee(task: Task & { do: 'foresee' }): Promise<void> {
  const incident = incidentCalled(task.incident);
  const disks = tmpdir();
  if (isRoot()) process.env['TMPDIR'] = await privateDirectory();
  const ground = await groundFor(incident, task.ground, task.accelerator, disks, true);
  writeSync(3, JSON.stringify(await runForesee(incident, newLab(ground, { say }))));
  await ground.close();
}

/** The watch as a service, in a guest whose PID 1 is systemd. */
async function service(task: Task & { do: 'service' }): Promise<void> {
  const disks = tmpdir();
  if (isRoot()) process.env['TMPDIR'] = await privateDirectory();
  const { accelerator } = task;
  const ground = await guestGround('debian13', {
    disks: [640, 512],
    accelerator,
    diskDirectory: disks,
    withCommand: 'packages',
    systemd: true,
  });
  say('systemd is up');
  writeSync(3, JSON.stringify(await runService(ground, say)));
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
  withCommand = false,
): Promise<Ground> {
  const sizes = incident.disks ?? [];
  if (kind === 'kernel') return (await import('./kernel/ground.ts')).kernelGround({ disks: sizes });
  return guestGround(incident.guest ?? 'debian12', {
    disks: sizes,
    accelerator,
    diskDirectory: disks,
    withCommand,
  });
}
