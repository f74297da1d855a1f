import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { chargedUser } from './charged-user.ts';
import { type KnownLimit, knownLimits } from './limits.ts';

/**
 * User namespaces of each user, counted by the processes in them. Those that only an open file or
 * a mount keeps are not seen: there may be more, never fewer.
 */
export function countedUserNamespaces(scene: Scene): KnownLimit[] {
  const limit = knownLimits(scene, 'user.max_user_namespaces').find(({ value }) => value.assumed !== true);
  if (!limit) return [];
  const owners = new Map(scene.facts.all('process-owner').map(({ value }) => [value.pid, value]));
  // in a container process 1 is in the namespace whose limit this is: that one was not made here
  const own = scene.facts.first('process-namespace', (one) => one.kind === 'user' && one.pid === 1)?.value.id;
  const users = new Map<number, Map<string, Fact>>();
  for (const fact of scene.facts.all('process-namespace', (one) => one.kind === 'user' && one.id !== own)) {
    const owner = owners.get(fact.value.pid);
    const uid = owner && chargedUser(owner);
    if (uid === undefined) continue;
    const namespaces = users.get(uid) ?? new Map<string, Fact>();
    users.set(uid, namespaces.set(fact.value.id, namespaces.get(fact.value.id) ?? fact));
  }
  return [...users].map(([uid, namespaces]) => ({
    value: { ...limit.value, used: namespaces.size, scope: `uid ${uid}` },
    facts: [...[...namespaces.values()].slice(0, 2), ...limit.facts],
    detail: 'Counted are those with a process in them.',
  }));
}
