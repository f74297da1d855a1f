import type { OwnerSets } from './owner-sets.ts';

/** Bytes by who holds them: `bytes[i]` are held by all of `owners[i]` and by nobody else. */
export interface Sharing {
  /** how many owners there are; they are 0 … owners-1 */
  owners: number;
  groups: { owners: readonly number[]; bytes: number }[];
}

/** The groups of a walk's sets. `bytesOf[set]`: bytes that just this set holds. */
export function sharingOf(sets: OwnerSets, bytesOf: Float64Array): Sharing {
  const groups: Sharing['groups'] = [];
  for (let set = 1; set < sets.size; set++) {
    const bytes = bytesOf[set] ?? 0;
    if (bytes > 0) groups.push({ owners: sets.members(set), bytes });
  }
  return { owners: sets.owners, groups };
}

/** Bytes that each owner reaches, alone or with others: a qgroup's `rfer`. */
export function referencedBytes({ owners, groups }: Sharing): Float64Array {
  const sums = new Float64Array(owners);
  for (const group of groups) for (const owner of group.owners) sums[owner] = (sums[owner] ?? 0) + group.bytes;
  return sums;
}

/** Bytes that each owner holds alone, which deleting it alone gives back: a qgroup's `excl`. */
export function exclusiveBytes({ owners, groups }: Sharing): Float64Array {
  const sums = new Float64Array(owners);
  for (const group of groups) {
    const [only] = group.owners;
    if (group.owners.length === 1 && only !== undefined) sums[only] = (sums[only] ?? 0) + group.bytes;
  }
  return sums;
}

/** Bytes that deleting all of these gives back: the union, not the sum. */
export function givenBack({ groups }: Sharing, deleted: ReadonlySet<number>): number {
  let sum = 0;
  for (const group of groups) if (group.owners.every((owner) => deleted.has(owner))) sum += group.bytes;
  return sum;
}

/** Bytes that any of these reaches, each once. */
export function unionBytes({ groups }: Sharing, of: ReadonlySet<number>): number {
  let sum = 0;
  for (const group of groups) if (group.owners.some((owner) => of.has(owner))) sum += group.bytes;
  return sum;
}
