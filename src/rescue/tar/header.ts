import { isUtf8 } from 'node:buffer';

/** Fields of a ustar header (POSIX.1-2017, pax): offset and length. */
const NAME = 100;
const BLOCK = 512;
/** what comes after is always zeros: the prefix is not used */
const FIELDS = 345;
/** largest number that fits 7 octal digits, and 11 */
const OCTAL7 = 0o7777777;
const OCTAL11 = 0o77777777777;

export type TarType = 'file' | 'link' | 'symlink' | 'char' | 'block' | 'directory' | 'fifo';

const FLAGS: Readonly<Record<TarType, number>> = {
  file: 0x30,
  link: 0x31,
  symlink: 0x32,
  char: 0x33,
  block: 0x34,
  directory: 0x35,
  fifo: 0x36,
};

/** One member of a tar archive. */
export interface TarMember {
  type: TarType;
  /** `a/b`, a directory's ends in a slash */
  path: Buffer;
  link?: Buffer;
  mode: number;
  uid: number;
  gid: number;
  /** bytes that follow in the archive */
  size: number;
  mtime: { seconds: number; nanoseconds: number };
  rdev?: { major: number; minor: number };
  attributes?: readonly { name: Buffer; value: Buffer }[];
  /** records of the extended header that the caller adds: GNU.sparse.* */
  records?: readonly (readonly [string, string | Buffer])[];
}

/** headers are made here, one after the other, and copied out at once */
let room = Buffer.alloc(64 * 1024);
const EMPTY = Buffer.alloc(0);
const PAX_NAME = Buffer.from('././@PaxHeader');
const PAX_TIME = { seconds: 0, nanoseconds: 0 };

/** The header blocks of a member, valid until the next call: an extended one (pax) before the usual one where that cannot hold it all. */
export function tarHeader(member: TarMember): Buffer {
  return onlyTime(member) ? timedHeader(member) : anyHeader(member);
}

function anyHeader(member: TarMember): Buffer {
  const text = extendedRecords(member);
  if (text === '') {
    ustar(room, 0, member, FLAGS[member.type]);
    return room.subarray(0, BLOCK);
  }
  const end = BLOCK + Math.ceil(text.length / BLOCK) * BLOCK;
  if (end + BLOCK > room.length) room = Buffer.alloc(2 * (end + BLOCK));
  ustar(
    room,
    0,
    {
      type: 'file',
      path: PAX_NAME,
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: text.length,
      mtime: PAX_TIME,
    },
    0x78,
  );
  room.write(text, BLOCK, 'latin1');
  zero(room, BLOCK + text.length, end);
  ustar(room, end, member, FLAGS[member.type]);
  return room.subarray(0, end + BLOCK);
}

/** An extended header with nothing but a time of 2001 to 2286, whose seconds have ten digits, and a usual one after it. */
const TIMED = Buffer.alloc(3 * BLOCK);
const SECONDS_AT = BLOCK + '30 mtime='.length;
const NANOSECONDS_AT = SECONDS_AT + '1000000000.'.length;
const FIRST_TIME = { seconds: 1_000_000_000, nanoseconds: 1 };
TIMED.set(anyHeader({ type: 'file', path: EMPTY, mode: 0, uid: 0, gid: 0, size: 0, mtime: FIRST_TIME }));

function timedHeader(member: TarMember): Buffer {
  decimal(TIMED, SECONDS_AT, 10, member.mtime.seconds);
  decimal(TIMED, NANOSECONDS_AT, 9, member.mtime.nanoseconds);
  ustar(TIMED, 2 * BLOCK, member, FLAGS[member.type]);
  return TIMED;
}

/** Whether its time alone needs an extended header, and fits {@link TIMED}. */
function onlyTime({ path, link, uid, gid, size, mtime, attributes, records }: TarMember): boolean {
  const { seconds: when, nanoseconds } = mtime;
  if (nanoseconds === 0 || when < 1e9 || when > OCTAL11 || attributes !== undefined || records !== undefined)
    return false;
  if (uid > OCTAL7 || gid > OCTAL7 || size > OCTAL11 || path.length > NAME || !isPlain(path)) return false;
  return link === undefined || (link.length <= NAME && isPlain(link));
}

/**
 * What the usual header cannot say, each character a byte: names are as they lie on disk,
 * whatever their encoding.
 */
function extendedRecords(member: TarMember): string {
  let records = '';
  const { path, link = EMPTY, uid, gid, size, mtime } = member;
  const [plainPath, plainLink] = [isPlain(path), isPlain(link)];
  // pax texts are UTF-8 unless it says so
  if ((!plainPath && !isUtf8(path)) || (!plainLink && !isUtf8(link))) records += record('hdrcharset', 'BINARY');
  if (path.length > NAME || !plainPath) records += record('path', path.toString('latin1'));
  if (link.length > NAME || !plainLink) records += record('linkpath', link.toString('latin1'));
  if (uid > OCTAL7) records += record('uid', String(uid));
  if (gid > OCTAL7) records += record('gid', String(gid));
  if (size > OCTAL11) records += record('size', String(size));
  if (mtime.nanoseconds !== 0 || mtime.seconds < 0 || mtime.seconds > OCTAL11)
    records += record('mtime', seconds(mtime));
  for (const { name, value } of member.attributes ?? []) {
    // as GNU tar writes a name that would end at its first `=`
    const key = name.toString('latin1').replaceAll('%', '%25').replaceAll('=', '%3D');
    records += record(`SCHILY.xattr.${key}`, value.toString('latin1'));
  }
  for (const [key, value] of member.records ?? [])
    records += record(key, typeof value === 'string' ? value : value.toString('latin1'));
  return records;
}

/** beyond ASCII the usual header has no encoding */
function isPlain(text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if ((text[i] as number) >= 0x80) return false;
  return true;
}

/** `LENGTH KEY=VALUE\n`, the length counting itself; a character is a byte. */
function record(key: string, value: string): string {
  const rest = key.length + value.length + 3;
  let digits = String(rest).length;
  while (String(rest + digits).length > digits) digits++;
  return `${rest + digits} ${key}=${value}\n`;
}

/** Decimal seconds, exact: -0.5 s is second -1 and 500,000,000 ns. */
function seconds({ seconds: whole, nanoseconds }: { seconds: number; nanoseconds: number }): string {
  if (nanoseconds === 0) return String(whole);
  if (whole >= 0) return `${whole}.${String(nanoseconds).padStart(9, '0')}`;
  const fraction = String(1_000_000_000 - nanoseconds).padStart(9, '0');
  return `-${-whole - 1}.${fraction}`;
}

function ustar(b: Buffer, at: number, member: TarMember, flag: number): void {
  zero(b, at, at + BLOCK);
  put(b, at, member.path);
  octal(b, at + 100, 8, member.mode & 0o7777);
  octal(b, at + 108, 8, member.uid > OCTAL7 ? 0 : member.uid);
  octal(b, at + 116, 8, member.gid > OCTAL7 ? 0 : member.gid);
  octal(b, at + 124, 12, member.size > OCTAL11 ? 0 : member.size);
  const { seconds: when } = member.mtime;
  octal(b, at + 136, 12, when < 0 || when > OCTAL11 ? 0 : when);
  for (let i = at + 148; i < at + 156; i++) b[i] = 0x20;
  b[at + 156] = flag;
  if (member.link) put(b, at + 157, member.link);
  b.write('ustar\u000000', at + 257, 'latin1');
  if (member.rdev) {
    octal(b, at + 329, 8, Math.min(member.rdev.major, OCTAL7));
    octal(b, at + 337, 8, Math.min(member.rdev.minor, OCTAL7));
  }
  let sum = 0;
  for (let i = at; i < at + FIELDS; i++) sum += b[i] as number;
  octal(b, at + 148, 7, sum);
}

/** a name, or as much of it as has room */
function put(b: Buffer, at: number, name: Buffer): void {
  const length = Math.min(name.length, NAME);
  for (let i = 0; i < length; i++) b[at + i] = name[i] as number;
}

function decimal(b: Buffer, at: number, length: number, value: number): void {
  let left = value;
  for (let i = at + length - 1; i >= at; i--) {
    const rest = Math.floor(left / 10);
    b[i] = 0x30 + (left - rest * 10);
    left = rest;
  }
}

function zero(b: Buffer, from: number, to: number): void {
  // Buffer's own takes longer for so few
  Uint8Array.prototype.fill.call(b, 0, from, to);
}

/** digits and a NUL in `length` bytes */
function octal(b: Buffer, at: number, length: number, value: number): void {
  let left = value;
  let i = length - 2;
  // in 32 bits where it fits
  for (; i >= 0 && left >= 2 ** 31; i--) {
    b[at + i] = 0x30 + (left % 8);
    left = Math.floor(left / 8);
  }
  for (; i >= 0; i--) {
    b[at + i] = 0x30 + (left & 7);
    left >>>= 3;
  }
  b[at + length - 1] = 0;
}
