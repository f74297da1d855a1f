import {
  type Export,
  exportInfo,
  HANDSHAKE,
  IHAVEOPT,
  LONGEST_OPTION,
  NBDMAGIC,
  OPTION,
  OPTION_REPLY,
  optionReply,
  TRANSMISSION_FLAGS,
} from './protocol.ts';

/** A connection's bytes: as many as are asked for, in order. */
export interface Wire {
  /** undefined when the other side has closed */
  take(length: number): Promise<Buffer | undefined>;
  send(...parts: Buffer[]): Promise<void>;
}

/** What a client and we agreed on; undefined when it went away. */
export interface Agreed {
  structured: boolean;
  /** base:allocation was asked for */
  allocation: boolean;
}

/** id that replies to block status give for base:allocation */
export const ALLOCATION = 1;
const CONTEXT = 'base:allocation';

/** Fixed newstyle negotiation, up to transmission. */
export async function negotiate(wire: Wire, exported: Export): Promise<Agreed | undefined> {
  const hello = Buffer.alloc(18);
  hello.writeBigUInt64BE(NBDMAGIC, 0);
  hello.writeBigUInt64BE(IHAVEOPT, 8);
  hello.writeUInt16BE(HANDSHAKE.fixedNewstyle | HANDSHAKE.noZeroes, 16);
  await wire.send(hello);
  const flags = (await wire.take(4))?.readUInt32BE(0);
  if (flags === undefined || !(flags & HANDSHAKE.fixedNewstyle)) return undefined;
  const agreed: Agreed = { structured: false, allocation: false };
  for (;;) {
    const head = await wire.take(16);
    if (!head || head.readBigUInt64BE(0) !== IHAVEOPT) return undefined;
    const option = head.readUInt32BE(8);
    const length = head.readUInt32BE(12);
    if (length > LONGEST_OPTION) return undefined;
    const data = await wire.take(length);
    if (!data) return undefined;
    const reply = (type: number, body?: Buffer): Promise<void> => wire.send(optionReply(option, type, body));
    if (option === OPTION.exportName) {
      // the old way has no way to say no
      if (!isOurs(data.toString('utf8'), exported)) return undefined;
      const answer = Buffer.alloc(flags & HANDSHAKE.noZeroes ? 10 : 134);
      answer.writeBigUInt64BE(BigInt(exported.size), 0);
      answer.writeUInt16BE(TRANSMISSION_FLAGS, 8);
      await wire.send(answer);
      return agreed;
    }
    if (option === OPTION.abort) {
      await reply(OPTION_REPLY.ack);
      return undefined;
    }
    if (option === OPTION.list) {
      const name = Buffer.from(exported.name);
      const size = Buffer.alloc(4);
      size.writeUInt32BE(name.length, 0);
      await reply(OPTION_REPLY.server, Buffer.concat([size, name]));
      await reply(OPTION_REPLY.ack);
    } else if (option === OPTION.structuredReply) {
      agreed.structured = true;
      await reply(OPTION_REPLY.ack);
    } else if (option === OPTION.setMetaContext || option === OPTION.listMetaContext) {
      const queries = metaQueries(data, exported);
      if (!queries) await reply(OPTION_REPLY.invalid);
      else {
        const ours =
          queries.some((query) => query === CONTEXT || query === 'base:') ||
          (option === OPTION.listMetaContext && queries.length === 0);
        if (option === OPTION.setMetaContext) agreed.allocation = ours;
        const id = Buffer.alloc(4);
        id.writeUInt32BE(option === OPTION.setMetaContext ? ALLOCATION : 0);
        if (ours) await reply(OPTION_REPLY.metaContext, Buffer.concat([id, Buffer.from(CONTEXT)]));
        await reply(OPTION_REPLY.ack);
      }
    } else if (option === OPTION.info || option === OPTION.go) {
      const name = namedIn(data);
      if (name === undefined) await reply(OPTION_REPLY.invalid);
      else if (!isOurs(name, exported)) await reply(OPTION_REPLY.unknown);
      else {
        for (const info of exportInfo(exported)) await reply(OPTION_REPLY.info, info);
        await reply(OPTION_REPLY.ack);
        if (option === OPTION.go) return agreed;
      }
    } else await reply(OPTION_REPLY.unsupported);
  }
}

/** the empty name is the default export */
const isOurs = (name: string, exported: Export): boolean => name === '' || name === exported.name;

function namedIn(data: Buffer): string | undefined {
  if (data.length < 6) return undefined;
  const length = data.readUInt32BE(0);
  return 4 + length + 2 <= data.length ? data.toString('utf8', 4, 4 + length) : undefined;
}

/** Export name, then a number of queries; undefined where cut or of another export. */
function metaQueries(data: Buffer, exported: Export): string[] | undefined {
  let at = 0;
  const text = (): string | undefined => {
    if (at + 4 > data.length) return undefined;
    const length = data.readUInt32BE(at);
    if (at + 4 + length > data.length) return undefined;
    at += 4 + length;
    return data.toString('utf8', at - length, at);
  };
  const name = text();
  if (name === undefined || !isOurs(name, exported) || at + 4 > data.length) return undefined;
  const count = data.readUInt32BE(at);
  at += 4;
  const queries: string[] = [];
  for (let i = 0; i < count; i++) {
    const query = text();
    if (query === undefined) return undefined;
    queries.push(query);
  }
  return queries;
}
