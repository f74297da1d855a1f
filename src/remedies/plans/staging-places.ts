import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { INGEST } from '../../tools/staging.ts';
import { ask, type PlanRequest } from './planned.ts';

/** Where the engines of this host put things aside, each once. */
export function* stagingPlaces(request: PlanRequest): Generator<Look, string[], Ran> {
  if (request.on?.startsWith('/')) return [request.on.length > 1 ? request.on.replace(/\/+$/, '') : request.on];
  const { facts } = request.scene;
  const places = ['/var/tmp'];
  for (const { value } of facts.all('engine', (one) => one.root !== undefined)) {
    if (value.engine === 'docker' || value.engine === 'podman') places.push(`${value.root}/tmp`);
    if (value.engine === 'containerd') places.push(`${value.root}/${INGEST}`);
  }
  for (const { value } of facts.all('process', (one) => /^dockerd/.test(one.program))) {
    // that one variable and no other: there are secrets among them
    const named = yield* ask(['grep', '-zoE', '^DOCKER_TMPDIR=/.*', `/proc/${value.pid}/environ`]);
    const directory = (named.stdout.split('\0')[0] ?? '').replace('DOCKER_TMPDIR=', '').trim();
    if (named.exitCode === 0 && directory.startsWith('/')) places.push(directory);
  }
  return [...new Set(places.map((place) => place.replace(/(?<=.)\/+$/, '')))];
}
