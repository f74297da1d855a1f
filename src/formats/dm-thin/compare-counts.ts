import { type HighCount, IN_TREE, type SpaceMap, UNREAD } from './space-map.ts';

/** Blocks whose count in a space map is not the number of references to them. */
export interface CountFaults {
  /** counted fewer references than there are: such a block is given away while it is in use */
  low: number;
  /** counted more: room that is lost until it is repaired */
  leaked: number;
  /** the first of them */
  examples: { block: number; says: number; counted: number }[];
}

const EXAMPLES = 20;
/** In the map's bits: its count in the tree was compared. */
const COMPARED = 4;

/** Compares a space map with what was counted. Give `high` to the reader of the map, then ask `finish`. */
export function countComparison(counted: (block: number) => number): {
  high: HighCount;
  finish(map: SpaceMap, quick?: Uint8Array): CountFaults;
} {
  const faults: CountFaults = { low: 0, leaked: 0, examples: [] };
  const compare = (block: number, says: number): void => {
    const is = counted(block);
    if (is === says) return;
    if (says < is) faults.low++;
    else faults.leaked++;
    if (faults.examples.length < EXAMPLES) faults.examples.push({ block, says, counted: is });
  };
  return {
    high(map, block, count) {
      // an entry of the tree counts only where the bits say so
      if (map.bits[block] !== IN_TREE) return;
      map.bits[block] = COMPARED;
      compare(block, count);
    },
    /** `quick` holds the counts too, as bytes that are right below 3 */
    finish(map, quick) {
      const { bits } = map;
      for (let block = 0; block < bits.length; block++) {
        const says = bits[block] as number;
        if (says === COMPARED || says === UNREAD || says === quick?.[block]) continue;
        // bits that point to the tree where the tree has nothing: counted as 0 by the kernel
        compare(block, says === IN_TREE ? 0 : says);
      }
      return faults;
    },
  };
}
