import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { ask } from './planned.ts';

/** Bytes that no logical volume of the group has. @throws UllageError when there is no such group or it has less */
export function* lookAtVolumeGroup(vg: string, bytes: number): Generator<Look, number, Ran> {
  const shown = yield* ask(['vgs', '--noheadings', '--nosuffix', '--units', 'b', '--options', 'vg_free', vg]);
  const free = Number(shown.stdout.trim());
  if (shown.exitCode !== 0 || !Number.isFinite(free) || shown.stdout.trim() === '')
    throw new UllageError(
      'there is no such volume group or directory',
      `${vg}: ${(shown.stderr.trim() || 'vgs does not tell').split('\n')[0]}`,
      'Name a volume group, a directory (absolute path) or a block device: --set scratch=…',
    );
  if (free < bytes)
    throw new UllageError(
      'the volume group has too little free',
      `${vg}: ${Math.floor(free / 2 ** 20)} MiB of ${Math.ceil(bytes / 2 ** 20)} MiB`,
      'Add a disk to it (vgextend), name another place (--set scratch=DIR) or lend less (--set size=)',
    );
  return free;
}
