/**
 * `dmsetup status`: `NAME: START LENGTH TARGET …` (Documentation/admin-guide/device-mapper/thin-provisioning.rst).
 * @returns the shape: each device with what is no count in its line
 */
export function readMapper(text: string, left: Map<string, number>): string {
  const lines = text.split('\n').map((line) => {
    const pool = /^(.+?): (\d+ \d+ thin-pool) \d+ (\d+)\/(\d+) (\d+)\/(\d+) (.*)$/.exec(line);
    if (pool) {
      const [, name = '', size, usedMetadata, metadata, used, blocks, mode] = pool;
      left.set(`${name} metadata`, Number(metadata) - Number(usedMetadata));
      left.set(`${name} data`, Number(blocks) - Number(used));
      return `${name}: ${size} ${metadata} ${blocks} ${mode}`;
    }
    const thin = /^(.+?): (\d+ (\d+) thin) (\d+) \S+$/.exec(line);
    if (!thin) return line;
    const [, name = '', size, length, mapped] = thin;
    left.set(name, Number(length) - Number(mapped));
    return `${name}: ${size}`;
  });
  return `${lines.sort().join('\n')}\n`;
}

/** `/sys/fs/btrfs/UUID/allocation/KIND/…/disk_total:1234`: what is used and taken of each kind of chunk. */
export function readChunks(text: string, left: Map<string, number>): void {
  for (const [, name = '', value] of text.matchAll(/^\/sys\/fs\/btrfs\/(\S+):(\d+)$/gm))
    left.set(`btrfs ${name}`, Number(value));
}
