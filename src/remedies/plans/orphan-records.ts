import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { ask } from './planned.ts';

/** A name as the layer store and BuildKit give them (moby daemon/graphdriver, moby/buildkit identity), on a line of its own. */
const NAME = '^([0-9a-f]{64}|[0-9a-z]{25})(-init)?$';
const FILES = ['cache-id', 'mount-id', 'init-id'];

/**
 * Docker's records name a layer in a file of one word (moby layer/filestore.go). Where such a file is missing, empty, zeroed
 * or cut, as a power cut leaves it, a layer that nobody names may be the one it named.
 * @throws UllageError with the first that is damaged
 */
export function* wholeRecords(root: string, driver: string): Generator<Look, void, Ran> {
  const layerdb = `${root}/image/${driver}/layerdb`;
  const listed = yield* ask(['find', layerdb, '-mindepth', '1', '-maxdepth', '3', '-printf', '%y %P\\n']);
  if (listed.exitCode !== 0) throw unclear(listed.stderr.trim().split('\n')[0] || layerdb);
  const lines = listed.stdout.split('\n');
  const files = new Set(lines.filter((line) => line.startsWith('f ')).map((line) => line.slice(2)));
  for (const line of lines) {
    const [type, path = ''] = [line.slice(0, 1), line.slice(2)];
    const [kind, name = ''] = path.split('/');
    if (path === '' || kind === 'tmp') continue;
    if (type === 'l') throw unclear(`${layerdb}/${path}`);
    // one that is being removed is without its name for a moment
    if (type !== 'd' || path.split('/').length !== 2 || name.includes('-')) continue;
    const file = `${path}/${kind === 'mounts' ? 'mount-id' : 'cache-id'}`;
    if (!files.has(file)) throw unclear(`${layerdb}/${file}`);
  }
  const named = FILES.flatMap((name) => ['-o', '-name', name]).slice(1);
  const search = ['find', layerdb, '-type', 'f', '(', ...named, ')', '-exec', 'grep', '-LE', NAME, '{}', '+'];
  // whether it lists or not is told by no status: grep changed what -L ends with, twice
  const odd = yield* ask(search);
  if (odd.stderr.trim() !== '' || odd.timedOut) throw unclear(odd.stderr.trim().split('\n')[0] || layerdb);
  const [first] = odd.stdout.split('\n').filter((line) => line !== '');
  if (first !== undefined) throw unclear(first);
}

function unclear(what: string): UllageError {
  return new UllageError(
    'which layers nobody owns cannot be told: a record of Docker is missing or damaged',
    what,
    'Nothing is moved. Repair or remove what Docker cannot read first',
  );
}
