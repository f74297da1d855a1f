import type { Ran } from '../../host/host.ts';
import { UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { FileWrite } from '../../plan/plan.ts';
import { ask, rest } from './planned.ts';

export const DAEMON_JSON = '/etc/docker/daemon.json';

type Json = Record<string, unknown>;

/**
 * Docker's configuration with `change` merged in: what stands there stays, objects are merged,
 * anything else is replaced. @throws UllageError when the file is there and is not JSON
 */
export function* mergedDaemonJson(change: Json, path = DAEMON_JSON): Generator<Look, FileWrite, Ran> {
  const there = yield* ask(['test', '-e', path]);
  const now = yield* rest(`Docker's configuration`, ['cat', path]);
  let config: unknown = {};
  if (there.exitCode === 0) {
    try {
      config = now.stdout.trim() === '' ? {} : JSON.parse(now.stdout);
    } catch (error) {
      throw new UllageError(
        'not JSON',
        `${path}: ${(error as Error).message}`,
        'Mend it by hand first: dockerd would not start with it either',
      );
    }
  }
  if (typeof config !== 'object' || config === null || Array.isArray(config))
    throw new UllageError('not a JSON object', path, 'Mend it by hand first');
  return { path, content: `${JSON.stringify(merge(config as Json, change), null, 2)}\n`, mode: '0644' };
}

/** `undefined` takes a key out. */
function merge(into: Json, change: Json): Json {
  const merged: Json = { ...into };
  for (const [key, value] of Object.entries(change)) {
    const old = merged[key];
    if (value === undefined) delete merged[key];
    else if (isObject(old) && isObject(value)) merged[key] = merge(old, value);
    else merged[key] = value;
  }
  return merged;
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
