/** What is known of a block before it is read: its parent's pointer. Addresses are logical bytes. */
export interface NodeRef {
  address: number;
  generation: number;
  level: number;
}

/** Blocks of one level that are to be read. */
export interface NodeList {
  level: number;
  address: number[];
  generation: number[];
}
