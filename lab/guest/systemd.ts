import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { must } from '../process.ts';
import type { Image } from './image.ts';
import { SYSTEMD_INIT, SYSTEMD_UNITS } from './scripts.ts';

/**
 * The image's initrd with another init behind it. The kernel unpacks one archive after the other and the last file of a
 * name stands (Documentation/driver-api/early-userspace/buffer-format.rst): no image of its own is needed.
 */
export async function systemdInitrd(image: Image, work: string): Promise<string> {
  const tree = join(work, 'systemd');
  const added = join(work, 'systemd.cpio');
  const initrd = join(work, 'initrd');
  await mkdir(join(tree, 'units'), { recursive: true });
  await writeFile(join(tree, 'init'), SYSTEMD_INIT, { mode: 0o755 });
  for (const [name, text] of Object.entries(SYSTEMD_UNITS)) await writeFile(join(tree, 'units', name), text);
  const names = ['init', 'units', ...Object.keys(SYSTEMD_UNITS).map((name) => `units/${name}`)];
  await must(['cpio', '--create', '--format=newc', '--quiet', `--file=${added}`], {
    cwd: tree,
    input: `${names.join('\n')}\n`,
  });
  for (const [index, part] of [image.initrd, added].entries())
    await pipeline(createReadStream(part), createWriteStream(initrd, { flags: index === 0 ? 'w' : 'a' }));
  return initrd;
}
