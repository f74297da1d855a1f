import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Check, Step } from '../../plan/plan.ts';
import { ask } from './planned.ts';

/** Names of the thin volumes that lie on a pool. By their dependencies: a table on a failed pool says only `thin Fail`. */
export function* volumesOn(pool: string): Generator<Look, string[], Ran> {
  const info = yield* ask([
    'dmsetup',
    'info',
    '--columns',
    '--noheadings',
    '--separator',
    ':',
    '-o',
    'major,minor',
    pool,
  ]);
  const devno = info.stdout.trim().replace(':', ', ');
  const tables = yield* ask(['dmsetup', 'table', '--target', 'thin']);
  const deps = yield* ask(['dmsetup', 'deps', '-o', 'devno']);
  const thins = new Set([...tables.stdout.matchAll(/^(\S+): \d+ \d+ thin /gm)].map((match) => match[1]));
  return [...deps.stdout.matchAll(/^(\S+): \d+ dependenc\w+\s*:(.*)$/gm)].flatMap(([, name, on]) =>
    name !== undefined && thins.has(name) && devno !== '' && on?.includes(`(${devno})`) ? [name] : [],
  );
}

export const isGone = (device: string): Check => ({
  says: `${device} is not active`,
  run: ['dmsetup', 'info', device],
  exit: 1,
});

/** What a daemon leaves behind when it could not take its volumes down: unmounted, and the devices removed. */
export function takeDown(volumes: readonly string[]): Step[] {
  return volumes.flatMap((name, index): Step[] => [
    {
      id: `unmount-${index + 1}`,
      title: `unmount ${name}`,
      why: 'nothing may use the pool meanwhile',
      run: [['umount', `/dev/mapper/${name}`]],
      undo: [],
      before: [],
      skipIf: [
        {
          says: 'it is not mounted',
          run: ['findmnt', '--noheadings', '--source', `/dev/mapper/${name}`],
          exit: 1,
        },
      ],
      after: [],
      risk: 'downtime',
      idempotent: true,
      ifStopped: 'One volume less is mounted; Docker mounts it when its container starts.',
    },
    {
      id: `remove-${index + 1}`,
      title: `deactivate ${name}`,
      why: 'an active volume keeps the pool in use; Docker makes it again when it is needed',
      run: [['dmsetup', 'remove', '--noudevsync', '--retry', name]],
      undo: [],
      before: [],
      skipIf: [isGone(name)],
      after: [isGone(name)],
      risk: 'downtime',
      idempotent: true,
      settle: 20,
      ifStopped: 'One device less is active; the volume itself is in the pool as it was.',
    },
  ]);
}
