/**
 * The NBD protocol (github.com/NetworkBlockDevice/nbd doc/proto.md), fixed newstyle, read only.
 * Numbers are big-endian.
 */
export const NBDMAGIC = 0x4e42444d41474943n;
export const IHAVEOPT = 0x49484156454f5054n;
export const OPTION_REPLY_MAGIC = 0x3e889045565a9n;
export const REQUEST_MAGIC = 0x25609513;
export const SIMPLE_REPLY_MAGIC = 0x67446698;
export const STRUCTURED_REPLY_MAGIC = 0x668e33ef;

export const HANDSHAKE = { fixedNewstyle: 1, noZeroes: 2 } as const;

export const OPTION = {
  exportName: 1,
  abort: 2,
  list: 3,
  info: 6,
  go: 7,
  structuredReply: 8,
  setMetaContext: 10,
  listMetaContext: 9,
} as const;

export const OPTION_REPLY = {
  ack: 1,
  server: 2,
  info: 3,
  metaContext: 4,
  unsupported: 0x80000001,
  invalid: 0x80000003,
  unknown: 0x80000006,
} as const;

export const INFO = { export: 0, blockSize: 3 } as const;

/** has flags, read only, no writing to flush, several connections see the same */
export const TRANSMISSION_FLAGS = 0x1 | 0x2 | 0x100;

export const COMMAND = {
  read: 0,
  write: 1,
  disconnect: 2,
  flush: 3,
  trim: 4,
  cache: 5,
  writeZeroes: 6,
  blockStatus: 7,
} as const;

export const ERROR = { permission: 1, io: 5, invalid: 22, notSupported: 95 } as const;

export const CHUNK = {
  done: 1,
  none: 0,
  offsetData: 1,
  offsetHole: 2,
  blockStatus: 5,
  errorOffset: 0x8002,
  error: 0x8001,
} as const;

/** longest read that is answered: clients keep to 32 MiB unless told otherwise (proto.md, block size) */
export const LONGEST_READ = 32 * 2 ** 20;
/** longest option that is read */
export const LONGEST_OPTION = 64 * 1024;

export function optionReply(option: number, type: number, data: Buffer = Buffer.alloc(0)): Buffer {
  const head = Buffer.alloc(20);
  head.writeBigUInt64BE(OPTION_REPLY_MAGIC, 0);
  head.writeUInt32BE(option, 8);
  head.writeUInt32BE(type >>> 0, 12);
  head.writeUInt32BE(data.length, 16);
  return Buffer.concat([head, data]);
}

export function simpleReply(error: number, cookie: Buffer): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt32BE(SIMPLE_REPLY_MAGIC, 0);
  head.writeUInt32BE(error, 4);
  cookie.copy(head, 8);
  return head;
}

export function chunkHead(type: number, last: boolean, cookie: Buffer, length: number): Buffer {
  const head = Buffer.alloc(20);
  head.writeUInt32BE(STRUCTURED_REPLY_MAGIC, 0);
  head.writeUInt16BE(last ? CHUNK.done : 0, 4);
  head.writeUInt16BE(type, 6);
  cookie.copy(head, 8);
  head.writeUInt32BE(length, 16);
  return head;
}

/** A read-only export. */
export interface Export {
  name: string;
  size: number;
}

/** NBD_INFO_EXPORT and NBD_INFO_BLOCK_SIZE: any byte may be read, 64 KiB at a time is best. */
export function exportInfo({ size }: Export): Buffer[] {
  const info = Buffer.alloc(12);
  info.writeUInt16BE(INFO.export, 0);
  info.writeBigUInt64BE(BigInt(size), 2);
  info.writeUInt16BE(TRANSMISSION_FLAGS, 10);
  const sizes = Buffer.alloc(14);
  sizes.writeUInt16BE(INFO.blockSize, 0);
  sizes.writeUInt32BE(1, 2);
  sizes.writeUInt32BE(65_536, 6);
  sizes.writeUInt32BE(LONGEST_READ, 10);
  return [info, sizes];
}
