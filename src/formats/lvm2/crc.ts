/** LVM's checksum (lvm2 lib/misc/crc.c): CRC-32 of the reflected polynomial 0xedb88320, started with 0xf597a6cf, not inverted after. */
export function lvmCrc(bytes: Uint8Array, seed = 0xf597a6cf): number {
  let c = seed;
  for (const byte of bytes) c = (c >>> 8) ^ (TABLE[(c ^ byte) & 255] as number);
  return c >>> 0;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let c = i;
  for (let bit = 0; bit < 8; bit++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1;
  return c;
});
