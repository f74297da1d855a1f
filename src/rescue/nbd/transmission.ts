import type { BlockReader } from '../../formats/block-reader.ts';
import { FormatError } from '../../formats/format-error.ts';
import { UllageError } from '../../host/host.ts';
import { type Agreed, ALLOCATION, type Wire } from './handshake.ts';
import { CHUNK, COMMAND, chunkHead, ERROR, LONGEST_READ, REQUEST_MAGIC, simpleReply } from './protocol.ts';

/** only one extent is to be told (NBD_CMD_FLAG_REQ_ONE) */
const ONE = 0x8;
const HOLE_AND_ZERO = 3;
/** extents told at once */
const MOST_EXTENTS = 1024;

interface Request {
  flags: number;
  command: number;
  cookie: Buffer;
  offset: number;
  length: number;
}

/** Answers requests until the client disconnects. Whatever would write is refused. */
export async function transmit(
  wire: Wire,
  reader: BlockReader,
  agreed: Agreed,
  onLoss: (what: string) => void,
): Promise<void> {
  for (;;) {
    const head = await wire.take(28);
    if (!head || head.readUInt32BE(0) !== REQUEST_MAGIC) return;
    const request: Request = {
      flags: head.readUInt16BE(4),
      command: head.readUInt16BE(6),
      cookie: Buffer.from(head.subarray(8, 16)),
      offset: Number(head.readBigUInt64BE(16)),
      length: head.readUInt32BE(24),
    };
    if (request.command === COMMAND.disconnect) return;
    if (request.command === COMMAND.write) {
      // its payload stands in the way; a client that was told read-only does not send one
      if (request.length > LONGEST_READ || !(await wire.take(request.length))) return;
      await fail(wire, agreed, request, ERROR.permission);
    } else if (request.command === COMMAND.trim || request.command === COMMAND.writeZeroes)
      await fail(wire, agreed, request, ERROR.permission);
    else if (request.command === COMMAND.flush) await wire.send(simpleReply(0, request.cookie));
    else if (request.offset + request.length > reader.size || request.length === 0)
      await fail(wire, agreed, request, ERROR.invalid);
    else if (request.command === COMMAND.read) await read(wire, reader, agreed, request, onLoss);
    else if (request.command === COMMAND.blockStatus && agreed.allocation) await status(wire, reader, request);
    else await fail(wire, agreed, request, ERROR.notSupported);
  }
}

async function read(
  wire: Wire,
  reader: BlockReader,
  agreed: Agreed,
  request: Request,
  onLoss: (what: string) => void,
): Promise<void> {
  const { cookie, offset, length } = request;
  if (length > LONGEST_READ) return fail(wire, agreed, request, ERROR.invalid);
  if (agreed.structured && (reader.holeAt?.(offset) ?? 0) >= length) {
    const body = Buffer.alloc(12);
    body.writeBigUInt64BE(BigInt(offset), 0);
    body.writeUInt32BE(length, 8);
    return wire.send(chunkHead(CHUNK.offsetHole, true, cookie, body.length), body);
  }
  const data = Buffer.allocUnsafe(length);
  try {
    reader.readInto(data, offset);
  } catch (error) {
    if (!(error instanceof FormatError) && !(error instanceof UllageError)) throw error;
    onLoss(error.message);
    return fail(wire, agreed, request, ERROR.io);
  }
  if (!agreed.structured) return wire.send(simpleReply(0, cookie), data);
  const place = Buffer.alloc(8);
  place.writeBigUInt64BE(BigInt(offset), 0);
  return wire.send(chunkHead(CHUNK.offsetData, true, cookie, 8 + length), place, data);
}

/** base:allocation: what is surely a hole, and the rest. */
async function status(wire: Wire, reader: BlockReader, request: Request): Promise<void> {
  const end = request.offset + request.length;
  const extents: { length: number; hole: boolean }[] = [];
  const most = request.flags & ONE ? 1 : MOST_EXTENTS;
  for (let at = request.offset; at < end && extents.length <= most; ) {
    const hole = Math.min(reader.holeAt?.(at) ?? 0, end - at);
    const length = hole > 0 ? hole : Math.min(dataLength(reader, at, end), end - at);
    const last = extents.at(-1);
    if (last && last.hole === hole > 0) last.length += length;
    else extents.push({ length, hole: hole > 0 });
    at += length;
  }
  const told = extents.slice(0, most);
  const body = Buffer.alloc(4 + 8 * told.length);
  body.writeUInt32BE(ALLOCATION, 0);
  for (const [i, extent] of told.entries()) {
    body.writeUInt32BE(extent.length, 4 + 8 * i);
    body.writeUInt32BE(extent.hole ? HOLE_AND_ZERO : 0, 8 + 8 * i);
  }
  await wire.send(chunkHead(CHUNK.blockStatus, true, request.cookie, body.length), body);
}

/** thin pools have blocks of 64 KiB or multiples: no hole begins in between */
const STEP = 64 * 1024;

function dataLength(reader: BlockReader, from: number, end: number): number {
  if (!reader.holeAt) return end - from;
  let at = from;
  do at = (Math.floor(at / STEP) + 1) * STEP;
  while (at < end && reader.holeAt(at) === 0);
  return Math.min(at, end) - from;
}

function fail(wire: Wire, agreed: Agreed, { cookie, command }: Request, error: number): Promise<void> {
  const structured = agreed.structured && (command === COMMAND.read || command === COMMAND.blockStatus);
  if (!structured) return wire.send(simpleReply(error, cookie));
  const body = Buffer.alloc(6);
  body.writeUInt32BE(error, 0);
  return wire.send(chunkHead(CHUNK.error, true, cookie, body.length), body);
}
