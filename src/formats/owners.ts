/**
 * Who holds a block, when many trees share their nodes: one number a block, 0 while nobody was
 * seen, the tag (1 and up) of the only owner, or {@link MANY}. A walk that reads each node once
 * and hands its tag down gives what each owner holds alone.
 */
export const NOBODY = 0;
export const MANY = -1;

/** What two tags make together. */
export function merged(a: number, b: number): number {
  return a === NOBODY || a === b ? b : b === NOBODY ? a : MANY;
}

/** Blocks that each tag from 1 to `tags` holds alone, at `[tag]`; those of many at `[0]`. Looks at `owners[0, end)`. */
export function tally(owners: Int32Array, end: number, tags: number): Float64Array {
  const alone = new Float64Array(tags + 1);
  for (let i = 0; i < end; i++) {
    const tag = owners[i] as number;
    if (tag > 0) alone[tag] = (alone[tag] as number) + 1;
    else if (tag === MANY) alone[0] = (alone[0] as number) + 1;
  }
  return alone;
}
