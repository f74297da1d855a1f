import type { Fact, Facts } from '../../probes/fact.ts';
import { lvmDmName } from '../../stack/names.ts';

/** A thin volume to which the pool has given far more than the file system on it uses. Bytes. */
export interface StrandedVolume {
  name: string;
  mapped: number;
  used: number;
  volume: Fact<'lv'> | Fact<'dm-status'>;
  fileSystem: Fact<'df'>;
}

/** Below this nobody misses it. */
const WORTH = 2 ** 30;

/** Volumes whose deleted files still hold pool blocks: mapped in the pool against used in df. */
export function strandedVolumes(facts: Facts): StrandedVolume[] {
  const stranded: StrandedVolume[] = [];
  const rows = new Map(facts.all('df').map((row) => [row.value.filesystem, row]));
  const done = new Set<string>();
  const compare = (name: string, mapped: number, volume: StrandedVolume['volume']): void => {
    const fileSystem = rows.get(`/dev/mapper/${name}`);
    if (fileSystem === undefined || done.has(name)) return;
    const { used } = fileSystem.value;
    if (mapped - used >= WORTH && used < mapped * 0.6) {
      done.add(name);
      stranded.push({ name, mapped, used, volume, fileSystem });
    }
  };
  for (const fact of facts.all('dm-status', (status) => status.thin !== undefined)) {
    compare(fact.value.name, (fact.value.thin?.mappedSectors ?? 0) * 512, fact);
  }
  for (const fact of facts.all('lv', (lv) => lv.dataPercent !== undefined && lv.size !== undefined)) {
    const mapped = ((fact.value.size ?? 0) * (fact.value.dataPercent ?? 0)) / 100;
    const names =
      fact.value.vg === ''
        ? facts
            .all('df', (row) => row.filesystem.endsWith(`-${fact.value.name.replaceAll('-', '--')}`))
            .map((row) => row.value.filesystem.slice(12))
        : [lvmDmName(fact.value.vg, fact.value.name)];
    for (const name of names) compare(name, mapped, fact);
  }
  return stranded;
}
