import type { BlockReader } from '../block-reader.ts';
import { type Damage, FormatError } from '../format-error.ts';
import { readLabel } from './label.ts';
import { readMetadataText } from './metadata-area.ts';
import { parseVolumeGroup, type VolumeGroup } from './volume-group.ts';

/** A volume group and those of its physical volumes that are there, by key. */
export interface OpenGroup {
  group: VolumeGroup;
  volumes: Map<string, BlockReader>;
}

/**
 * Volume groups on the given disks, each by the latest metadata that is whole. What is damaged is
 * told, and another copy is taken.
 */
export function openGroups(disks: readonly BlockReader[], damage: Damage[]): OpenGroup[] {
  const latest = new Map<string, VolumeGroup>();
  const byId = new Map<string, BlockReader>();
  for (const disk of disks) {
    try {
      const label = readLabel(disk);
      if (!label) continue;
      byId.set(label.id, disk);
      for (const area of label.metadataAreas) take(disk, area, latest, damage);
    } catch (error) {
      note(error, damage);
    }
  }
  return [...latest.values()].map((group) => ({
    group,
    volumes: new Map(
      group.physicalVolumes.flatMap(({ key, id }) => {
        const disk = byId.get(id);
        return disk ? [[key, disk] as const] : [];
      }),
    ),
  }));
}

function take(
  disk: BlockReader,
  area: { offset: number; size: number },
  latest: Map<string, VolumeGroup>,
  damage: Damage[],
): void {
  try {
    const source = readMetadataText(disk, area);
    if (source === undefined) return;
    const group = parseVolumeGroup(source, disk.name);
    const known = latest.get(group.id);
    if (!known || known.seqno < group.seqno) latest.set(group.id, group);
  } catch (error) {
    note(error, damage);
  }
}

function note(error: unknown, damage: Damage[]): void {
  if (!(error instanceof FormatError)) throw error;
  damage.push({ what: error.what, source: error.source, offset: error.offset, lost: 'a copy of LVM metadata' });
}
