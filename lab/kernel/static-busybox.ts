import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The first busybox on PATH that needs no library: containers have none. */
export function staticBusybox(): string {
  const paths = (process.env['PATH'] ?? '').split(':').map((directory) => join(directory, 'busybox'));
  const found = paths.find((path) => existsSync(path) && isStatic(readFileSync(path)));
  if (!found) throw new Error('no static busybox: Debian has it as busybox-static');
  return found;
}

/** No program header asks for an interpreter (elf(5): PT_INTERP is 3; 64 bit, little endian). */
function isStatic(elf: Buffer): boolean {
  if (elf.subarray(0, 5).toString('latin1') !== '\x7fELF\x02') return false;
  const [start, size, count] = [Number(elf.readBigUInt64LE(32)), elf.readUInt16LE(54), elf.readUInt16LE(56)];
  for (let index = 0; index < count; index++) if (elf.readUInt32LE(start + index * size) === 3) return false;
  return true;
}
