import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Argv } from '../../plan/plan.ts';
import { ask, type PlanRequest } from './planned.ts';

/** A container as `docker inspect` has it. */
export interface Inspected {
  id: string;
  name: string;
  running: boolean;
  pid: number;
  startedAt: string;
  /** seconds that it is given to stop, where the container says so; Docker's own are 10 */
  driver: string;
}

/** Where the daemon that the doctor asked listens. */
export function socketOf({ scene }: Pick<PlanRequest, 'scene'>): string {
  const engine = scene.facts.first('engine', (one) => one.engine === 'docker' && one.socket !== undefined);
  return engine?.value.socket ?? '/var/run/docker.sock';
}

/** The docker client on the daemon's own socket: an operator's DOCKER_HOST or context points elsewhere. */
export function dockerArgv(request: Pick<PlanRequest, 'scene'>, ...words: string[]): Argv {
  return ['docker', '-H', `unix://${socketOf(request)}`, ...words];
}

const FORMAT = '{{.Id}} {{.State.Running}} {{.State.Pid}} {{.State.StartedAt}} {{.Driver}} {{.Name}}';

/** All containers that the doctor saw, asked again one and all. None when the daemon does not answer. */
export function* inspected(request: PlanRequest): Generator<Look, Inspected[], Ran> {
  const ids = request.scene.facts.all('container', (one) => one.engine === 'docker').map(({ value }) => value.id);
  if (ids.length === 0) return [];
  const said = yield* ask(dockerArgv(request, 'inspect', '--type', 'container', '-f', FORMAT, ...new Set(ids)));
  return said.stdout.split('\n').flatMap((line) => {
    const [id, running, pid, startedAt, driver, name] = line.split(' ');
    if (!id || !pid || !startedAt || !driver || !name) return [];
    return [{ id, running: running === 'true', pid: Number(pid), startedAt, driver, name: name.replace(/^\//, '') }];
  });
}

/** The one called so: name, id or the beginning of an id. @throws UllageError when none or several are */
export function containerCalled(list: readonly Inspected[], wanted: string): Inspected {
  const name = wanted.replace(/^container /, '').replace(/^\//, '');
  const exact = list.find((one) => one.name === name || one.id === name);
  if (exact) return exact;
  const found = /^[0-9a-f]{3,}$/.test(name) ? list.filter((one) => one.id.startsWith(name)) : [];
  const [only, ...others] = found;
  if (!only || others.length > 0)
    throw new UllageError(
      only ? 'more than one container begins so' : 'there is no such container',
      name,
      list.length > 0 ? `There are: ${list.map((one) => one.name).join(', ')}` : 'Docker does not answer, or has none',
    );
  return only;
}
