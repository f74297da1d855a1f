import type { BlockReader } from '../block-reader.ts';
import { type Damage, FormatError } from '../format-error.ts';
import { ChunkMap, contiguous, copies, placeOf } from './chunk-map.ts';
import { sameNode } from './node-check.ts';
import type { NodeList, NodeRef } from './node-ref.ts';
import type { Superblock } from './superblock.ts';

/** Given a block that was checked: it lies at `at` of `view`; `index` is its place in the list. */
export type OnNode = (view: DataView, at: number, index: number) => void;

/** One read takes so much at most; between blocks this much is read along rather than asked anew. */
const READ = 2 ** 20;
const GAP_NODES = 3;
/** Told one by one; a wholly broken device would fill the memory with them. */
const MOST_DAMAGE = 1000;

/** The devices of one file system, read by logical address with every block checked. */
export class Volume {
  readonly chunks = new ChunkMap();
  readonly nodeSize: number;
  readonly damage: Damage[] = [];
  /** blocks that no copy gives; each is lost with all below it */
  lost = 0;
  /** blocks of which the first copy was bad and another one good */
  healed = 0;
  /** blocks read and checked */
  nodes = 0;
  private readonly buffer: Uint8Array<ArrayBuffer>;
  private readonly view: DataView;
  private readonly single: Uint8Array<ArrayBuffer>;
  private readonly singleView: DataView;

  constructor(
    readonly superblock: Superblock,
    readonly devices: ReadonlyMap<number, BlockReader>,
    readonly name: string,
    /** is told of blocks read, now and then */
    private readonly progress?: (nodes: number) => void,
  ) {
    this.nodeSize = superblock.nodeSize;
    this.buffer = new Uint8Array(new ArrayBuffer(READ));
    this.view = new DataView(this.buffer.buffer);
    this.single = new Uint8Array(new ArrayBuffer(this.nodeSize));
    this.singleView = new DataView(this.single.buffer);
  }

  /** Reads all blocks of the list in the order in which they lie, neighbours together. */
  visit(list: NodeList, onNode: OnNode): void {
    const { address } = list;
    const order = Uint32Array.from(address.keys());
    if (address.some((one, i) => i > 0 && one < (address[i - 1] as number)))
      order.sort((a, b) => (address[a] as number) - (address[b] as number));
    const step = this.nodeSize * (GAP_NODES + 1);
    for (let from = 0; from < order.length; ) {
      const first = address[order[from] as number] as number;
      const chunk = this.chunks.find(first, this.nodeSize);
      const room = chunk ? Math.min(READ, contiguous(chunk, first)) : 0;
      let to = from + 1;
      for (let last = first; to < order.length; to++) {
        const next = address[order[to] as number] as number;
        if (next - last > step || next + this.nodeSize - first > room) break;
        last = next;
      }
      const run = order.subarray(from, to);
      const length = (address[run[run.length - 1] as number] as number) + this.nodeSize - first;
      if (room >= length && this.readRun(first, length)) this.checkRun(list, run, first, onNode);
      else for (const index of run) this.visitOne(list, index, onNode);
      from = to;
      this.progress?.(this.nodes);
    }
  }

  /** From the first copy whose device is there. */
  private readRun(address: number, length: number): boolean {
    const chunk = this.chunks.find(address, length);
    if (!chunk) return false;
    for (let copy = 0; copy < copies(chunk); copy++) {
      const { devid, offset } = placeOf(chunk, address, copy);
      const device = this.devices.get(devid);
      if (!device) continue;
      try {
        device.readInto(this.buffer.subarray(0, length), offset);
        return true;
      } catch {
        return false; // block by block, so that only what is bad is lost
      }
    }
    return false;
  }

  private checkRun(list: NodeList, run: Uint32Array, first: number, onNode: OnNode): void {
    const { checker } = this.superblock;
    const offset = (index: number | undefined): number => (list.address[index as number] as number) - first;
    for (let i = 0; i < run.length; i += 2) {
      const a = offset(run[i]);
      let sound: number;
      if (i + 1 === run.length) sound = checker.ok(this.buffer, a, this.nodeSize) ? 1 : 0;
      else if (checker.two) sound = checker.two(this.buffer, a, offset(run[i + 1]), this.nodeSize);
      else
        sound =
          (checker.ok(this.buffer, a, this.nodeSize) ? 1 : 0) |
          (checker.ok(this.buffer, offset(run[i + 1]), this.nodeSize) ? 2 : 0);
      for (let k = 0; k < 2 && i + k < run.length; k++) {
        const index = run[i + k] as number;
        const at = offset(index);
        if ((sound >> k) & 1 && sameNode(this.view, at, this.superblock, refOf(list, index)) === undefined) {
          this.nodes++;
          onNode(this.view, at, index);
        } else this.visitOne(list, index, onNode);
      }
    }
  }

  private visitOne(list: NodeList, index: number, onNode: OnNode): void {
    const ref = refOf(list, index);
    const wrong = this.readOne(ref);
    if (wrong === undefined) {
      this.nodes++;
      onNode(this.singleView, 0, index);
    } else this.report(wrong.what, ref.address, `a block of level ${ref.level} and what is below it`, wrong);
  }

  /** Tries every copy of one block; gives what is wrong with the first one when none is good. */
  private readOne(ref: NodeRef): FormatError | undefined {
    const { address } = ref;
    const chunk = this.chunks.find(address, this.nodeSize);
    if (!chunk) return new FormatError('address outside every chunk', this.name, address, `level ${ref.level}`);
    let wrong: FormatError | undefined;
    for (let copy = 0; copy < copies(chunk); copy++) {
      const why = this.readCopy(chunk, ref, copy);
      if (why === undefined) {
        if (wrong) this.healed++;
        return undefined;
      }
      wrong ??= why;
    }
    return wrong;
  }

  private readCopy(
    chunk: NonNullable<ReturnType<ChunkMap['find']>>,
    ref: NodeRef,
    copy: number,
  ): FormatError | undefined {
    for (let done = 0; done < this.nodeSize; ) {
      const { devid, offset } = placeOf(chunk, ref.address + done, copy);
      const device = this.devices.get(devid);
      if (!device) return new FormatError(`device ${devid} is missing`, this.name, ref.address);
      const length = Math.min(this.nodeSize - done, contiguous(chunk, ref.address + done));
      try {
        device.readInto(this.single.subarray(done, done + length), offset);
      } catch (error) {
        return new FormatError('cannot be read', device.name, offset, (error as Error).message);
      }
      done += length;
    }
    const { offset, devid } = placeOf(chunk, ref.address, copy);
    const where = this.devices.get(devid)?.name ?? this.name;
    if (!this.superblock.checker.ok(this.single, 0, this.nodeSize))
      return new FormatError('checksum does not match', where, offset, `block ${ref.address}, level ${ref.level}`);
    const other = sameNode(this.singleView, 0, this.superblock, ref);
    return other === undefined ? undefined : new FormatError('not the block that is meant', where, offset, other);
  }

  /** Something that could not be read; what is lost by it is said once for each block. */
  report(what: string, address: number, lost: string, error?: FormatError): void {
    this.lost++;
    if (this.damage.length < MOST_DAMAGE)
      this.damage.push({ what, source: error?.source ?? this.name, offset: error?.offset ?? address, lost });
  }
}

function refOf(list: NodeList, index: number): NodeRef {
  return {
    address: list.address[index] as number,
    generation: list.generation[index] as number,
    level: list.level,
  };
}
