import { resolve } from 'node:path';
import { UllageError } from '../host/host.ts';

/**
 * Paths given with --on, whole: programs that are asked are started in `/`, not where ullage was. Of another host only a
 * whole path says anything. @throws UllageError
 */
export function wholeTargets(given: readonly string[], spec: string | undefined): string[] {
  return given.map((path) => {
    if (path === '') throw new UllageError('no path given', '--on', 'Give for example --on /var/lib/docker');
    if (spec === undefined || spec === 'local') return resolve(path);
    if (path.startsWith('/')) return path;
    throw new UllageError('not a whole path', `--on ${path}`, `Give it as it is on ${spec}, from / on`);
  });
}
