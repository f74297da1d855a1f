import type { Look } from './look.ts';
import { bytesOf, inodesOf, LIMIT, type Pulse } from './pulse.ts';
import { plainFileSystems, roomOf, roomy } from './refreshed.ts';

/** What is left may change by this share before it is looked at whole. */
const SHARE = 0.001;
/**
 * By this share where statfs tells all that there is to tell, and much is left: its figures are those of each look anyway,
 * and what a whole look would add is who holds the space.
 */
const PLAIN_SHARE = 0.05;
/** Of what is counted for the whole machine (open files, threads, terminals), by this share of all that may be. */
const LIMIT_SHARE = 0.02;
/** With less than this share left nothing is spared. */
const CLOSE = 0.05;

/**
 * Whether nothing moved since the last whole look. Never where something is nearly full. What cannot be seen
 * to move so (limits of processes, settings) is seen at the next whole look.
 */
export function unmoved(look: Look, before: Pulse, now: Pulse): boolean {
  if (before.left.size === 0 || now.left.size !== before.left.size || now.shape !== before.shape) return false;
  for (const layer of look.layers)
    for (const { capacity, free } of layer.resources)
      if (capacity !== undefined && free !== undefined && free < CLOSE * capacity && layer.storage !== 'btrfs')
        return false;
  const wide = farFromFull(look, before, now);
  for (const [name, then] of before.left) {
    const is = now.left.get(name);
    const may = name.startsWith(LIMIT) ? LIMIT_SHARE : (wide.has(name) ? PLAIN_SHARE : SHARE) * then;
    if (is === undefined || Math.abs(is - then) > may) return false;
  }
  return true;
}

/** Names in a pulse of what may move by {@link PLAIN_SHARE}. */
function farFromFull(look: Look, before: Pulse, now: Pulse): ReadonlySet<string> {
  const plain = plainFileSystems(look.layers);
  const names = new Set<string>();
  for (const layer of look.layers) {
    const [then, is] = [roomOf(layer, before.rooms), roomOf(layer, now.rooms)];
    if (!plain.has(layer.id) || !then || !is || !roomy(then) || !roomy(is)) continue;
    for (const name of [bytesOf(layer.path ?? ''), inodesOf(layer.path ?? '')]) names.add(name);
  }
  return names;
}

/**
 * Periods after which a look is whole in every case. While a finding stands it is to be seen to go within two; else
 * there remain limits that show in no file system.
 */
export function wholeEvery({ findings }: Pick<Look, 'findings'>): number {
  return findings.some((one) => one.severity !== 'notice' && one.confidence !== 'possible') ? 2 : 60;
}
