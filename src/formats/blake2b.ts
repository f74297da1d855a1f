/** BLAKE2b with 32 bytes of output and no key (RFC 7693), 64-bit arithmetic in halves of 32. */

/** Initialisation vector (section 2.6): low and high halves in turn. */
const IV = Uint32Array.of(
  ...[0xf3bcc908, 0x6a09e667, 0x84caa73b, 0xbb67ae85, 0xfe94f82b, 0x3c6ef372, 0x5f1d36f1, 0xa54ff53a],
  ...[0xade682d1, 0x510e527f, 0x2b3e6c1f, 0x9b05688c, 0xfb41bd6b, 0x1f83d9ab, 0x137e2179, 0x5be0cd19],
);

/** Message schedule (section 2.7): ten rows, of which rounds 11 and 12 take the first two again. */
const SIGMA = [
  '0123456789abcdef',
  'ea489fd61c02b753',
  'b8c052fdae367194',
  '7931dcbe265a40f8',
  '905724afe1bc683d',
  '2c6a0b834d75fe19',
  'c51fed4a0763928b',
  'db7ec13950f4862a',
  '6fe9b308c2d714a5',
  'a2847615fb9e3cd0',
].map((row) => Uint8Array.from(row, (digit) => Number.parseInt(digit, 16) * 2));

const v = new Uint32Array(32);
const m = new Uint32Array(32);
const h = new Uint32Array(16);

/** The digest of `bytes[start, end)`. */
export function blake2b256(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array {
  h.set(IV);
  h[0] = (h[0] as number) ^ 0x01010000 ^ 32;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (; end - at > 128; at += 128) {
    for (let i = 0; i < 32; i++) m[i] = view.getUint32(at + i * 4, true);
    compress(at + 128 - start, false);
  }
  const last = new Uint8Array(128);
  last.set(bytes.subarray(at, end));
  const lastView = new DataView(last.buffer);
  for (let i = 0; i < 32; i++) m[i] = lastView.getUint32(i * 4, true);
  compress(end - start, true);
  const out = new Uint8Array(32);
  const outView = new DataView(out.buffer);
  for (let i = 0; i < 8; i++) outView.setUint32(i * 4, h[i] as number, true);
  return out;
}

function compress(total: number, final: boolean): void {
  v.set(h);
  v.set(IV, 16);
  v[24] = (v[24] as number) ^ (total >>> 0);
  v[25] = (v[25] as number) ^ Math.floor(total / 4294967296);
  if (final) {
    v[28] = ~(v[28] as number);
    v[29] = ~(v[29] as number);
  }
  for (let round = 0; round < 12; round++) {
    const s = SIGMA[round % 10] as Uint8Array;
    for (let i = 0; i < 4; i++)
      mix(i * 2, i * 2 + 8, i * 2 + 16, i * 2 + 24, s[i * 2] as number, s[i * 2 + 1] as number);
    for (let i = 0; i < 4; i++)
      mix(
        i * 2,
        ((i + 1) % 4) * 2 + 8,
        ((i + 2) % 4) * 2 + 16,
        ((i + 3) % 4) * 2 + 24,
        s[i * 2 + 8] as number,
        s[i * 2 + 9] as number,
      );
  }
  for (let i = 0; i < 16; i++) h[i] = (h[i] as number) ^ (v[i] as number) ^ (v[i + 16] as number);
}

/** The mixing function G (section 3.1) of words a, b, c, d with message words x, y. */
function mix(a: number, b: number, c: number, d: number, x: number, y: number): void {
  let al = v[a] as number;
  let ah = v[a + 1] as number;
  let bl = v[b] as number;
  let bh = v[b + 1] as number;
  let cl = v[c] as number;
  let ch = v[c + 1] as number;
  let dl = v[d] as number;
  let dh = v[d + 1] as number;

  let sum = al + bl + (m[x] as number);
  ah = (ah + bh + (m[x + 1] as number) + Math.floor(sum / 4294967296)) >>> 0;
  al = sum >>> 0;
  // rotate by 32: the halves change places
  let low = dl ^ al;
  dl = (dh ^ ah) >>> 0;
  dh = low >>> 0;
  sum = cl + dl;
  ch = (ch + dh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  cl = sum >>> 0;
  low = bl ^ cl;
  let high = bh ^ ch;
  bl = ((low >>> 24) | (high << 8)) >>> 0;
  bh = ((high >>> 24) | (low << 8)) >>> 0;

  sum = al + bl + (m[y] as number);
  ah = (ah + bh + (m[y + 1] as number) + Math.floor(sum / 4294967296)) >>> 0;
  al = sum >>> 0;
  low = dl ^ al;
  high = dh ^ ah;
  dl = ((low >>> 16) | (high << 16)) >>> 0;
  dh = ((high >>> 16) | (low << 16)) >>> 0;
  sum = cl + dl;
  ch = (ch + dh + (sum > 0xffffffff ? 1 : 0)) >>> 0;
  cl = sum >>> 0;
  low = bl ^ cl;
  high = bh ^ ch;
  // rotate right by 63
  bl = ((low << 1) | (high >>> 31)) >>> 0;
  bh = ((high << 1) | (low >>> 31)) >>> 0;

  v[a] = al;
  v[a + 1] = ah;
  v[b] = bl;
  v[b + 1] = bh;
  v[c] = cl;
  v[c + 1] = ch;
  v[d] = dl;
  v[d + 1] = dh;
}
