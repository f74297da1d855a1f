import type { Fact } from '../../probes/fact.ts';
import type { ProcessOwner } from '../../probes/facts/limits.ts';
import type { Scene } from '../cause.ts';
import { chargedUser } from './charged-user.ts';
import type { KnownLimit } from './limits.ts';
import { knownLimits } from './limits.ts';

type Instance = Fact<'inotify-instance'>;

/** What each user has of a limit on inotify, counted over the processes of the host. */
export function countedInotify(scene: Scene, what: 'instances' | 'watches', ...names: string[]): KnownLimit[] {
  const limit = knownLimits(scene, ...names).find(({ value }) => value.assumed !== true);
  if (!limit) return [];
  const owners = new Map(scene.facts.all('process-owner').map(({ value }) => [value.pid, value]));
  const amount = ({ value }: Instance): number => (what === 'instances' ? 1 : (value.watches ?? 0));
  const users = new Map<number, Instance[]>();
  for (const instance of ownInstances(scene, owners)) {
    const owner = owners.get(instance.value.pid);
    const uid = owner && chargedUser(owner);
    if (uid === undefined || amount(instance) === 0) continue;
    users.set(uid, [...(users.get(uid) ?? []), instance]);
  }
  return [...users].map(([uid, instances]) => {
    const holders = byProcess(instances, amount);
    const used = sum(holders.map((holder) => holder.amount));
    return {
      value: { ...limit.value, used, scope: `uid ${uid}` },
      facts: [...holders.slice(0, 1).map((holder) => holder.fact), ...limit.facts],
      detail: mostHeld(scene, holders, owners),
    };
  });
}

interface Holder {
  pid: number;
  amount: number;
  /** of its largest instance */
  fact: Instance;
}

function byProcess(instances: readonly Instance[], amount: (instance: Instance) => number): Holder[] {
  const holders = new Map<number, Holder>();
  for (const fact of instances.toSorted((a, b) => amount(b) - amount(a))) {
    const holder = holders.get(fact.value.pid) ?? { pid: fact.value.pid, amount: 0, fact };
    holders.set(fact.value.pid, { ...holder, amount: holder.amount + amount(fact) });
  }
  return [...holders.values()].toSorted((a, b) => b.amount - a.amount || a.pid - b.pid);
}

/**
 * Each instance once. A child shows what it inherited as its own: the same descriptor with as many
 * watches as its parent's is taken for the same, so that nobody is charged twice.
 */
function ownInstances(scene: Scene, owners: ReadonlyMap<number, ProcessOwner>): Instance[] {
  const best = new Map<string, Instance>();
  for (const fact of scene.facts.all('inotify-instance')) {
    const key = `${fact.value.pid} ${fact.value.fd}`;
    if (fact.value.watches !== undefined || !best.has(key)) best.set(key, fact);
  }
  return [...best.values()].filter(({ value }) => {
    const parent = owners.get(value.pid)?.parent;
    const above = best.get(`${parent} ${value.fd}`);
    return above === undefined || above.value.watches !== value.watches;
  });
}

/** `Most of them: 8180 by node (pid 812, container web).` Programs and containers are put together. */
function mostHeld(scene: Scene, holders: readonly Holder[], owners: ReadonlyMap<number, ProcessOwner>): string {
  const groups = new Map<string, { amount: number; pids: number[]; name: string; place: string }>();
  for (const { pid, amount } of holders) {
    const owner = owners.get(pid);
    const name = owner?.name ?? 'a process';
    const place = owner?.container === undefined ? '' : `, container ${containerName(scene, owner.container)}`;
    const group = groups.get(name + place) ?? { amount: 0, pids: [], name, place };
    group.amount += amount;
    group.pids.push(pid);
    groups.set(name + place, group);
  }
  const most = [...groups.values()].toSorted((a, b) => b.amount - a.amount).slice(0, 3);
  const told = most.map(({ amount, pids, name, place }) => {
    const who = pids.length === 1 ? `pid ${pids[0]}` : `${pids.length} processes`;
    return `${amount} by ${name} (${who}${place})`;
  });
  return `${told.length > 1 ? 'Most of them' : 'Held'}: ${told.join(', ')}.`;
}

function containerName(scene: Scene, id: string): string {
  const known = scene.facts.first('container', (one) => one.name !== undefined && id.startsWith(one.id));
  return known?.value.name ?? id.slice(0, 12);
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
