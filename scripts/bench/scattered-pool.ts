import { closeSync, openSync, readSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { must } from './compare.ts';
import { randomOf } from './tree.ts';

const BLOCK = 64 * 1024;
/** bytes of metadata, enough for a million mappings */
const METADATA = 64 * 2 ** 20;

/**
 * A thin pool with one device, `image`: its blocks lie in any order, those of zeros are not mapped.
 * The worst that years of writing make of a device.
 */
export function putIntoPool(image: string, folder: string): { data: string; metadata: string } {
  const [data, metadata, xml] = [join(folder, 'data'), join(folder, 'metadata'), join(folder, 'pool.xml')];
  const from = openSync(image, 'r');
  const to = openSync(data, 'w');
  const zeros = Buffer.alloc(BLOCK);
  const block = Buffer.alloc(BLOCK);
  const mapped: number[] = [];
  try {
    for (let i = 0; readSync(from, block, 0, BLOCK, i * BLOCK) === BLOCK; i++) if (!block.equals(zeros)) mapped.push(i);
    const places = shuffled(mapped.length);
    for (const [i, virtual] of mapped.entries()) {
      readSync(from, block, 0, BLOCK, virtual * BLOCK);
      writeSync(to, block, 0, BLOCK, (places[i] ?? 0) * BLOCK);
    }
    const lines = mapped.map(
      (virtual, i) => `<single_mapping origin_block="${virtual}" data_block="${places[i]}" time="1"/>`,
    );
    writeFileSync(
      xml,
      `<superblock uuid="" time="1" transaction="1" data_block_size="${BLOCK / 512}" nr_data_blocks="${mapped.length}">
<device dev_id="1" mapped_blocks="${mapped.length}" transaction="1" creation_time="1" snap_time="1">
${lines.join('\n')}
</device>
</superblock>
`,
    );
  } finally {
    closeSync(from);
    closeSync(to);
  }
  writeFileSync(metadata, '');
  truncateSync(metadata, METADATA);
  must('thin_restore', '-i', xml, '-o', metadata);
  rmSync(xml);
  return { data, metadata };
}

/** 0 to `count` - 1, each once, in any order. */
function shuffled(count: number): number[] {
  const random = randomOf(5);
  const all = Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const other = Math.floor(random() * (i + 1));
    [all[i], all[other]] = [all[other] ?? 0, all[i] ?? 0];
  }
  return all;
}
