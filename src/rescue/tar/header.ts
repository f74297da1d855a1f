import { isUtf8 } from 'node:buffer';

/** Fields of a ustar header (POSIX.1-2017, pax): offset and length. */
const NAME = 100;
const BLOCK = 512;
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

/** one header is made after the other, and copied out at once */
const HEADER = Buffer.alloc(512);

/** The header blocks of a member, valid until the next call: an extended one (pax) before the usual one where that cannot hold it all. */
export function tarHeader(member: TarMember): Buffer {
  const records = extendedRecords(member);
  const header = HEADER.fill(0);
  ustar(header, 0, member, FLAGS[member.type]);
  if (records.length === 0) return header;
  const body = Buffer.concat(records);
  const extended = Buffer.alloc(BLOCK + Math.ceil(body.length / BLOCK) * BLOCK);
  ustar(
    extended,
    0,
    {
      type: 'file',
      path: Buffer.from('././@PaxHeader'),
      mode: 0o644,
      uid: 0,
      gid: 0,
      size: body.length,
      mtime: { seconds: 0, nanoseconds: 0 },
    },
    0x78,
  );
  body.copy(extended, BLOCK);
  return Buffer.concat([extended, header]);
}

/** What the usual header cannot say. Values are bytes: names are as they lie on disk, whatever their encoding. */
function extendedRecords(member: TarMember): Buffer[] {
  const records: Buffer[] = [];
  const add = (key: string | Buffer, value: string | Buffer): void => void records.push(record(key, value));
  const { path, link, uid, gid, size, mtime } = member;
  // pax texts are UTF-8 unless it says so
  if (!isUtf8(path) || (link && !isUtf8(link))) add('hdrcharset', 'BINARY');
  if (path.length > NAME || needsRecord(path)) add('path', path);
  if (link && (link.length > NAME || needsRecord(link))) add('linkpath', link);
  if (uid > OCTAL7) add('uid', String(uid));
  if (gid > OCTAL7) add('gid', String(gid));
  if (size > OCTAL11) add('size', String(size));
  if (mtime.nanoseconds !== 0 || mtime.seconds < 0 || mtime.seconds > OCTAL11) add('mtime', seconds(mtime));
  for (const { name, value } of member.attributes ?? []) {
    // as GNU tar writes a name that would end at its first `=`
    const key =
      name.includes(0x3d) || name.includes(0x25)
        ? Buffer.from(name.toString('latin1').replaceAll('%', '%25').replaceAll('=', '%3D'), 'latin1')
        : name;
    add(Buffer.concat([Buffer.from('SCHILY.xattr.'), key]), value);
  }
  for (const [key, value] of member.records ?? []) add(key, value);
  return records;
}

/** beyond ASCII the usual header has no encoding */
const needsRecord = (text: Buffer): boolean => text.some((byte) => byte >= 0x80);

/** `LENGTH KEY=VALUE\n`, the length counting itself. */
export function record(key: string | Buffer, value: string | Buffer): Buffer {
  const rest = Buffer.concat([
    Buffer.from(' '),
    Buffer.from(key as string),
    Buffer.from('='),
    Buffer.from(value as string),
    Buffer.from('\n'),
  ]);
  let digits = String(rest.length).length;
  while (String(rest.length + digits).length > digits) digits++;
  return Buffer.concat([Buffer.from(String(rest.length + digits)), rest]);
}

/** Decimal seconds, exact: -0.5 s is second -1 and 500,000,000 ns. */
function seconds({ seconds: whole, nanoseconds }: { seconds: number; nanoseconds: number }): string {
  if (nanoseconds === 0) return String(whole);
  if (whole >= 0) return `${whole}.${String(nanoseconds).padStart(9, '0')}`;
  const fraction = String(1_000_000_000 - nanoseconds).padStart(9, '0');
  return `-${-whole - 1}.${fraction}`;
}

function ustar(b: Buffer, at: number, member: TarMember, flag: number): void {
  member.path.copy(b, at, 0, Math.min(member.path.length, NAME));
  octal(b, at + 100, 8, member.mode & 0o7777);
  octal(b, at + 108, 8, member.uid > OCTAL7 ? 0 : member.uid);
  octal(b, at + 116, 8, member.gid > OCTAL7 ? 0 : member.gid);
  octal(b, at + 124, 12, member.size > OCTAL11 ? 0 : member.size);
  const { seconds: when } = member.mtime;
  octal(b, at + 136, 12, when < 0 || when > OCTAL11 ? 0 : when);
  b.fill(0x20, at + 148, at + 156);
  b[at + 156] = flag;
  member.link?.copy(b, at + 157, 0, Math.min(member.link.length, NAME));
  b.write('ustar\u000000', at + 257, 'latin1');
  if (member.rdev) {
    octal(b, at + 329, 8, Math.min(member.rdev.major, OCTAL7));
    octal(b, at + 337, 8, Math.min(member.rdev.minor, OCTAL7));
  }
  let sum = 0;
  for (let i = at; i < at + BLOCK; i++) sum += b[i] as number;
  octal(b, at + 148, 7, sum);
}

/** digits and a NUL in `length` bytes */
function octal(b: Buffer, at: number, length: number, value: number): void {
  let left = value;
  for (let i = length - 2; i >= 0; i--) {
    b[at + i] = 0x30 + (left % 8);
    left = Math.floor(left / 8);
  }
  b[at + length - 1] = 0;
}
