/**
 * `npm run lab -- list | run NAME… | foresee NAME | service | shell NAME | capture NAME | image [GUEST]`: incidents made
 * for real. This half asks for the work and prints; inside.ts does it, in namespaces that end with us.
 */
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CrashRow } from './crash.ts';
import type { ForeseeRow } from './foresee.ts';
import type { Ground } from './ground.ts';
import { endWithParent } from './guard.ts';
import { cacheDirectory, isBuilt } from './guest/image.ts';
import { type GuestName, recipes } from './guest/recipe.ts';
import type { Incident } from './incident.ts';
import { incidents, unproven } from './incidents/index.ts';
import { isRoot } from './namespaces.ts';
import type { Row, Stage } from './run.ts';
import { type Job, schedule } from './schedule.ts';
import type { ServiceRow } from './service/run.ts';
import { startTask } from './start-task.ts';
import { crashTable, foreseeTable, serviceTable, table } from './table.ts';
import { bringTools, buildCommand, project } from './tools.ts';

const USAGE = `npm run lab -- list                       the incidents
npm run lab -- run NAME… | --all          make, break, look, cure, check; a table at the end
npm run lab -- heal NAME… | --all         the same, cured by ullage: doctor, plan, apply, no hand-work
npm run lab -- crash NAME                 apply killed at every point, by signal and by loss of power
npm run lab -- foresee NAME               filled at a steady rate while ullage watches: what it foretold, and what came
npm run lab -- service                    ullage watch as a service of a real systemd: installed, killed, with care, taken away
npm run lab -- shell NAME [--at STAGE]    a shell on the broken host (STAGE: healthy, broken, healed)
npm run lab -- capture NAME [-o DIR]      captures of the healthy, broken and healed host
npm run lab -- image [debian12|debian13]  build the guests' images

--ground vm|kernel   where, for incidents that can be made on both; with --all: only those of this ground
--kinds A,B          crash: only these of kill-write, kill, kill-both, power-write, power, fail, timeout
--remedy ID          crash: only this one of its cures
--step N, --from N   crash: every N-th point, from the N-th
--over-ssh           crash: ullage runs here and changes the guest over ssh
--jobs N             incidents side by side (default: one per core, 4 at most)
--within MINUTES     what has not begun by then is skipped by name
--json FILE          the rows as JSON as well
--accel kvm          hardware virtualisation instead of software emulation`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    all: { type: 'boolean', default: false },
    ground: { type: 'string' },
    jobs: { type: 'string' },
    within: { type: 'string' },
    json: { type: 'string' },
    accel: { type: 'string', default: 'tcg' },
    at: { type: 'string', default: 'broken' },
    kinds: { type: 'string', default: '' },
    remedy: { type: 'string' },
    step: { type: 'string', default: '1' },
    from: { type: 'string', default: '1' },
    'over-ssh': { type: 'boolean', default: false },
    by: { type: 'string', default: 'hand' },
    output: { type: 'string', short: 'o' },
    help: { type: 'boolean', short: 'h', default: false },
  },
});
const [verb, ...names] = positionals;
const accelerator = oneOf('--accel', values.accel, ['tcg', 'kvm'] as const);
const out = join(project, 'lab-out');

if (values.help || verb === undefined) {
  console.log(USAGE);
  process.exit(verb === undefined && !values.help ? 2 : 0);
}
endWithParent();
if (verb === 'list') list();
else if (verb === 'image') {
  bringTools();
  await images(names.length > 0 ? names.map((name) => oneOf('image', name, guestNames())) : guestNames());
} else if (verb === 'run') await run(values.all ? allOf() : names.map(incidentCalled));
else if (verb === 'heal') {
  values.by = 'ullage';
  await run(values.all ? allOf().filter((one) => one.heal !== undefined) : names.map(incidentCalled));
} else if (verb === 'crash') await crash(incidentCalled(names[0] ?? ''));
else if (verb === 'foresee') await foresee(incidentCalled(names[0] ?? ''));
else if (verb === 'service') await service();
else if (verb === 'capture') await run(names.map(incidentCalled), values.output ?? join(out, 'captures'));
else if (verb === 'shell') await shell(incidentCalled(names[0] ?? ''));
else stop(`${verb} is none of list, run, heal, crash, foresee, service, shell, capture, image`);

function list(): void {
  const all = [...incidents, ...unproven];
  const width = Math.max(...all.map((one) => one.name.length));
  for (const one of all)
    console.log(
      `${one.name.padEnd(width)}  ${one.grounds.join(', ').padEnd(10)}  ${one.title}${unproven.includes(one) ? ' (in the making)' : ''}`,
    );
}

async function run(wanted: Incident[], captures?: string): Promise<void> {
  if (wanted.length === 0) stop('which incident? `npm run lab -- list` names them');
  const chosen = wanted.map((incident) => ({ incident, ground: groundOf(incident) }));
  prepare(chosen.some(({ ground }) => ground === 'kernel'));
  await images([...new Set(chosen.flatMap(({ incident, ground }) => (ground === 'vm' ? guestsOf(incident) : [])))]);
  const started = performance.now();
  const within = Number(values.within ?? Number.POSITIVE_INFINITY);
  if (!(within > 0)) stop('--within takes a number of minutes');
  const jobs: Job<Row | undefined>[] = chosen.map(({ incident, ground }) => ({
    // dockerd's paths are private to a namespace, its cgroups and the two cores are not
    exclusive: ground === 'kernel',
    work: async () => {
      if (performance.now() - started > within * 60_000) return undefined;
      const row = await startTask({
        do: 'run',
        incident: incident.name,
        ground,
        accelerator,
        keep: join(out, incident.name),
        by: oneOf('--by', values.by, ['hand', 'ullage'] as const),
        ...(captures === undefined ? {} : { captures }),
      });
      return row ?? lost(incident, ground);
    },
  }));
  const width = Number(values.jobs ?? Math.min(4, availableParallelism()));
  if (!Number.isInteger(width) || width < 1) stop('--jobs takes a whole number from 1');
  const ended = await schedule(jobs, width);
  const rows = ended.filter((row) => row !== undefined);
  for (const [index, row] of ended.entries())
    if (row === undefined) console.log(`skipped: ${chosen[index]?.incident.name}, no time was left for it`);
  console.log(table(rows));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`);
  const failed = rows.filter((row) => row.wrong.length > 0).length;
  if (failed > 0) console.log(`consoles and logs: ${out}`);
  const skipped = ended.length - rows.length;
  console.log(`${rows.length - failed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
  process.exitCode = failed > 0 ? 1 : 0;
}

async function crash(incident: Incident): Promise<void> {
  if (incident.heal === undefined) stop(`ullage has no cure for ${incident.name}`);
  if (groundOf(incident) !== 'vm') stop('only a guest can be brought back to the moment before');
  prepare(false);
  await images(guestsOf(incident));
  const rows = await startTask<CrashRow[]>({
    do: 'crash',
    incident: incident.name,
    ground: 'vm',
    accelerator,
    ...(values.remedy === undefined ? {} : { remedy: values.remedy }),
    kinds: values.kinds === '' ? [] : values.kinds.split(','),
    step: Number(values.step),
    from: Number(values.from),
    overSsh: values['over-ssh'],
  });
  console.log(crashTable(rows ?? []));
  const all = (rows ?? []).reduce((sum, row) => sum + row.points, 0);
  const good = (rows ?? []).reduce((sum, row) => sum + row.healed, 0);
  console.log(`${all} points, ${good} healed`);
  process.exitCode = all > 0 && all === good ? 0 : 1;
}

async function foresee(incident: Incident): Promise<void> {
  if (incident.foresee === undefined) stop(`${incident.name} is not filled at a steady rate`);
  const ground = groundOf(incident);
  prepare(ground === 'kernel');
  if (ground === 'vm') await images(guestsOf(incident));
  const row = await startTask<ForeseeRow>({ do: 'foresee', incident: incident.name, ground, accelerator });
  if (row === undefined) stop('ended without a result: see above');
  console.log(foreseeTable(row));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(row, null, 2)}\n`);
  process.exitCode = row.wrong.length > 0 ? 1 : 0;
}

async function service(): Promise<void> {
  prepare(false);
  await images(['debian13']);
  const row = await startTask<ServiceRow>({ do: 'service', accelerator });
  if (row === undefined) stop('ended without a result: see above');
  console.log(serviceTable(row));
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(row, null, 2)}\n`);
  process.exitCode = row.steps.some((one) => one.wrong !== undefined) ? 1 : 0;
}

async function shell(incident: Incident): Promise<void> {
  const ground = groundOf(incident);
  prepare(ground === 'kernel');
  if (ground === 'vm') await images(guestsOf(incident));
  const at = oneOf('--at', values.at, ['healthy', 'broken', 'healed'] as const satisfies Stage[]);
  await startTask({ do: 'shell', incident: incident.name, ground, accelerator, at });
}

function prepare(needsRoot: boolean): void {
  if (needsRoot && !isRoot()) stop('the kernel ground needs root: loop devices and mounts');
  bringTools();
  buildCommand();
}

async function images(guests: readonly GuestName[]): Promise<void> {
  for (const guest of guests) {
    if (isBuilt(recipes[guest])) continue;
    if (!isRoot())
      stop(`building the ${guest} image needs root; a built one is used by anybody from ${cacheDirectory()}`);
    await startTask({ do: 'image', guest });
    if (!isBuilt(recipes[guest])) stop(`the ${guest} image could not be built`);
  }
}

function lost(incident: Incident, ground: Ground['kind']): Row {
  const nothing = { error: '', df: '', doctor: '', files: 0, seconds: 0 };
  return { incident: incident.name, ground, ...nothing, wrong: ['ended without a result: see above'] };
}

function groundOf(incident: Incident): Ground['kind'] {
  const wanted = values.ground ?? incident.grounds[0] ?? 'vm';
  const ground = oneOf('--ground', wanted, ['vm', 'kernel'] as const);
  if (!incident.grounds.includes(ground)) stop(`${incident.name} can be made on: ${incident.grounds.join(', ')}`);
  return ground;
}

/** With a ground: the incidents whose own ground it is, so that two runs make each once. */
function allOf(): Incident[] {
  return incidents.filter((one) => values.ground === undefined || one.grounds[0] === values.ground);
}

function incidentCalled(name: string): Incident {
  return (
    [...incidents, ...unproven].find((one) => one.name === name) ??
    stop(`no incident is called '${name}': npm run lab -- list`)
  );
}

function guestsOf(incident: Incident): GuestName[] {
  return [incident.guest ?? 'debian12', ...(incident.takesFrom ?? [])];
}

function guestNames(): GuestName[] {
  return Object.keys(recipes) as GuestName[];
}

function oneOf<T extends string>(what: string, value: string, allowed: readonly T[]): T {
  return allowed.find((one) => one === value) ?? stop(`${what}: ${value} is none of ${allowed.join(', ')}`);
}

function stop(why: string): never {
  console.error(`lab: ${why}`);
  process.exit(2);
}
