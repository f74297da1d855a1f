import { FormatError } from '../format-error.ts';
import { parseConfig, type Section, type Value } from './config-text.ts';

/** Bytes of the unit in which LVM metadata counts. */
export const SECTOR = 512;

export interface PhysicalVolume {
  /** in this text: `pv0` */
  key: string;
  id: string;
  /** where it was last seen: a hint */
  device: string;
  /** first byte of its extents */
  start: number;
  extents: number;
}

/** Extents `[start, start + extents)` of a logical volume. */
export interface Segment {
  start: number;
  extents: number;
  /** `striped` (also linear), `thin-pool`, `thin`, `raid1` … */
  type: string;
  section: Section;
}

export interface LogicalVolume {
  name: string;
  id: string;
  segments: Segment[];
}

export interface VolumeGroup {
  name: string;
  id: string;
  /** larger is later */
  seqno: number;
  /** bytes */
  extentSize: number;
  physicalVolumes: PhysicalVolume[];
  logicalVolumes: LogicalVolume[];
}

/** Reads the text of a volume group. @throws FormatError naming what is missing */
export function parseVolumeGroup(source: string, name: string): VolumeGroup {
  const whole = parseConfig(source, name);
  const fail = (what: string): never => {
    throw new FormatError(`LVM metadata text: ${what}`, name, 0);
  };
  const [vgName, group] = Object.entries(whole).find(([, value]) => isSection(value) && 'extent_size' in value) ?? [];
  if (vgName === undefined || !isSection(group)) return fail('no volume group in it');
  const need = (section: Section, key: string, of: string): number => {
    const value = section[key];
    return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
      ? value
      : fail(`${key} of ${of} is missing`);
  };
  return {
    name: vgName,
    id: str(group['id']),
    seqno: need(group, 'seqno', vgName),
    extentSize: need(group, 'extent_size', vgName) * SECTOR,
    physicalVolumes: sections(group['physical_volumes']).map(([key, pv]) => ({
      key,
      id: str(pv['id']),
      device: str(pv['device']),
      start: need(pv, 'pe_start', key) * SECTOR,
      extents: need(pv, 'pe_count', key),
    })),
    logicalVolumes: sections(group['logical_volumes']).map(([key, lv]) => ({
      name: key,
      id: str(lv['id']),
      segments: sections(lv)
        .map(([part, segment]) => ({
          start: need(segment, 'start_extent', `${key} ${part}`),
          extents: need(segment, 'extent_count', `${key} ${part}`),
          type: str(segment['type']),
          section: segment,
        }))
        .sort((a, b) => a.start - b.start),
    })),
  };
}

export function isSection(value: Value | Section | undefined): value is Section {
  return typeof value === 'object' && !Array.isArray(value);
}

function sections(value: Value | Section | undefined): [string, Section][] {
  if (!isSection(value)) return [];
  return Object.entries(value).filter((entry): entry is [string, Section] => isSection(entry[1]));
}

export function str(value: Value | Section | undefined): string {
  return typeof value === 'string' ? value : '';
}
