import type { ProcessOwner } from '../../probes/facts/limits.ts';

/** A user namespace maps every user to itself unless somebody made a smaller one. */
const ALL_USERS = 4_294_967_295;

/**
 * The user of the first user namespace whom the kernel charges for what a process takes
 * (inc_ucount, kernel/ucount.c): its own, and in a user namespace whoever made that. Without root's
 * help a user maps his own id alone, mostly to 0; root maps ranges (userns-remap).
 */
export function chargedUser(owner: ProcessOwner): number | undefined {
  const map = owner.userMap ?? [];
  if (map.length === 0 || map.some(({ count }) => count === ALL_USERS)) return owner.uid;
  const own = map.find(({ inside, count }) => count === 1 && (inside === 0 || map.length === 1));
  return own?.outside ?? 0;
}
