/**
 * Who holds a block: sets of owners (0, 1, 2 …), each distinct set once, named by a small number.
 * A walk that visits every unique block once gives each block the union of what reaches it; then
 * exclusive, referenced and "what deleting these gives back" are sums over the few distinct sets.
 */
export class OwnerSets {
  /** 32-bit words of one set */
  private readonly words: number;
  private bits: Int32Array;
  private count = 1;
  private slots = 4096;
  /** open addressing by content: set number, or -1 */
  private table = new Int32Array(this.slots).fill(-1);
  private readonly unions = new Map<number, number>();

  /** `owners`: how many there are. Set 0 is the empty one. */
  constructor(readonly owners: number) {
    this.words = Math.max(1, Math.ceil(owners / 32));
    this.bits = new Int32Array(this.words * 1024);
    this.table[this.slotOf(0)] = 0;
  }

  /** Number of distinct sets so far; they are 0 … size-1. */
  get size(): number {
    return this.count;
  }

  /** The set of this one owner. */
  single(owner: number): number {
    this.reserve();
    this.bits[this.count * this.words + (owner >>> 5)] = 1 << (owner & 31);
    return this.intern();
  }

  /** The set of the owners of both. */
  union(a: number, b: number): number {
    if (a === b || b === 0) return a;
    if (a === 0) return b;
    const key = a < b ? a * 0x4000000 + b : b * 0x4000000 + a;
    const known = this.unions.get(key);
    if (known !== undefined) return known;
    this.reserve();
    const { bits, words } = this;
    const to = this.count * words;
    for (let w = 0; w < words; w++) bits[to + w] = (bits[a * words + w] as number) | (bits[b * words + w] as number);
    const set = this.intern();
    this.unions.set(key, set);
    return set;
  }

  has(set: number, owner: number): boolean {
    return (((this.bits[set * this.words + (owner >>> 5)] as number) >>> (owner & 31)) & 1) === 1;
  }

  /** The owners of a set, ascending. */
  members(set: number): number[] {
    const found: number[] = [];
    for (let w = 0; w < this.words; w++) {
      for (let word = this.bits[set * this.words + w] as number; word !== 0; word &= word - 1)
        found.push(w * 32 + 31 - Math.clz32(word & -word));
    }
    return found;
  }

  /** The only owner of a set; -1 where it has none or many. */
  onlyOwner(set: number): number {
    let owner = -1;
    for (let w = 0; w < this.words; w++) {
      const word = this.bits[set * this.words + w] as number;
      if (word === 0) continue;
      if (owner !== -1 || (word & (word - 1)) !== 0) return -1;
      owner = w * 32 + 31 - Math.clz32(word);
    }
    return owner;
  }

  /** Whether every owner of `set` is in `of`. */
  isSubset(set: number, of: number): boolean {
    for (let w = 0; w < this.words; w++)
      if (((this.bits[set * this.words + w] as number) & ~(this.bits[of * this.words + w] as number)) !== 0)
        return false;
    return true;
  }

  /** The set behind the last one is filled in: is it there already? */
  private intern(): number {
    const at = this.slotOf(this.count);
    const found = this.table[at] as number;
    if (found !== -1) {
      this.bits.fill(0, this.count * this.words, (this.count + 1) * this.words);
      return found;
    }
    this.table[at] = this.count++;
    if (this.count * 2 >= this.slots) this.rehash();
    return this.count - 1;
  }

  private slotOf(set: number): number {
    const { bits, words, table } = this;
    const from = set * words;
    let hash = 0;
    for (let w = 0; w < words; w++) hash = Math.imul(hash ^ (bits[from + w] as number), 0x9e3779b1) ^ (hash >>> 15);
    hash ^= hash >>> 13;
    let at = hash & (this.slots - 1);
    for (let other = table[at] as number; other !== -1; other = table[at] as number) {
      if (this.equal(other, set)) return at;
      at = (at + 1) & (this.slots - 1);
    }
    return at;
  }

  private equal(a: number, b: number): boolean {
    for (let w = 0; w < this.words; w++)
      if (this.bits[a * this.words + w] !== this.bits[b * this.words + w]) return false;
    return true;
  }

  private reserve(): void {
    if ((this.count + 1) * this.words <= this.bits.length) return;
    const larger = new Int32Array(this.bits.length * 2);
    larger.set(this.bits);
    this.bits = larger;
  }

  private rehash(): void {
    this.slots *= 2;
    this.table = new Int32Array(this.slots).fill(-1);
    for (let set = 0; set < this.count; set++) this.table[this.slotOf(set)] = set;
  }
}
