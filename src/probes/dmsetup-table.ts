import { type DmLine, dmAsk, dmLines, hasDeviceMapper, mayHoldDmLines } from './dmsetup-names.ts';
import { type Found, found } from './fact.ts';
import type { DmTable } from './facts/device-mapper.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** `dmsetup table`, with or without names. Tables of crypt targets show keys: only devices are kept. */
export const dmsetupTable: Probe = {
  id: 'dmsetup-table',
  title: 'dmsetup table',
  asks: (known) => (hasDeviceMapper(known) ? [dmAsk('table', 'how device-mapper devices lie on each other')] : []),
  recognises: (doc) => mayHoldDmLines(doc.text),
  scan: (doc) =>
    dmLines(doc)
      .filter(({ verb }) => verb === 'table')
      .map(
        (line): Found =>
          line.target === 'crypt'
            ? found('dm-table', tableOf(line), line.n, `${line.name}: ${line.start} ${line.length} crypt …`)
            : found('dm-table', tableOf(line), line.n),
      ),
};

function tableOf({ name, start, length, target, args }: DmLine): DmTable {
  const table: DmTable = { name, start, length, target, args: target === 'crypt' ? args.slice(3) : args };
  if (target === 'thin-pool') {
    const block = count(args[2]);
    if (args[0] && args[1] && block) {
      const features = count(args[4]) ?? 0;
      table.thinPool = {
        metadataDevice: args[0],
        dataDevice: args[1],
        blockSectors: block,
        lowWaterBlocks: count(args[3]) ?? 0,
        features: args.slice(5, 5 + features),
      };
    }
  } else if (target === 'thin') {
    const id = count(args[1]);
    if (args[0] && id !== undefined)
      table.thin = { pool: args[0], deviceId: id, ...(args[2] ? { externalOrigin: args[2] } : {}) };
  } else if (target === 'linear') {
    const offset = count(args[1]);
    if (args[0] && offset !== undefined) table.linear = { device: args[0], offset };
  }
  return table;
}
