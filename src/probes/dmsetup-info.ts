import { dmAsk, hasDeviceMapper } from './dmsetup-names.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { DmDevice } from './facts/device-mapper.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';
import { rows } from './undress.ts';

/** `dmsetup ls`, `dmsetup info` and `dmsetup info -c`: which devices exist, their numbers, who holds them. */
export const dmsetupInfo: Probe = {
  id: 'dmsetup-info',
  title: 'dmsetup info -c, dmsetup ls',
  asks: (known) =>
    hasDeviceMapper(known) ? [dmAsk('info', 'which device-mapper devices exist and are suspended')] : [],
  recognises: (doc) => /\(\d+[:,] ?\d+\)|Major, minor:|Maj\s+Min\s+Stat|\s[L-][I-][s-][rw]\s/.test(doc.text),
  scan: (doc) => [...listed(doc), ...paragraphs(doc)],
};

/** `docker-pool (253:2)`, tab or blanks, `(253, 2)` in older ones; not the branches of `ls --tree` */
const LS = /^\s{0,4}([^\s()│├└─|`][^\s()]{0,254})\s{1,80}\((\d{1,4})[:,] ?(\d{1,8})\)\s*$/;
/** Name, major, minor, Stat (`LIsw`: live, inactive, suspended, read-only or writable), opens */
const COLUMNS = /^\s{0,4}(\S{1,255})\s{1,200}(\d{1,4})\s{1,8}(\d{1,8})\s{1,8}([L-][I-][s-][rw])\s{1,8}(\d{1,8})\s/;

function listed(doc: Document): Found[] {
  return [...rows(doc)].flatMap(({ n, text }) => {
    const row = COLUMNS.exec(text);
    if (row)
      return [
        found(
          'dm-device',
          {
            name: row[1] ?? '',
            major: Number(row[2]),
            minor: Number(row[3]),
            suspended: row[4]?.[2] === 's',
            openCount: Number(row[5]),
          },
          n,
        ),
      ];
    const short = LS.exec(text);
    return short
      ? [found('dm-device', { name: short[1] ?? '', major: Number(short[2]), minor: Number(short[3]) }, n)]
      : [];
  });
}

/** `Name:`, `State:`, `Open count:`, `Major, minor:` paragraphs. */
function paragraphs(doc: Document): Found[] {
  const results: Found[] = [];
  let open: { name: string; n: number; state?: string; opens?: number | undefined } | undefined;
  for (const { n, text } of rows(doc)) {
    const name = /^\s{0,4}Name:\s{1,40}(\S{1,255})\s*$/.exec(text)?.[1];
    if (name) open = { name, n };
    if (!open) continue;
    const state = /^\s{0,4}State:\s{1,40}([A-Z() -]{4,40}?)\s*$/.exec(text)?.[1];
    if (state) open.state = state;
    const opens = /^\s{0,4}Open count:\s{1,40}(\d{1,8})\s*$/.exec(text)?.[1];
    if (opens) open.opens = count(opens);
    const numbers = /^\s{0,4}Major, minor:\s{1,40}(\d{1,4}), (\d{1,8})\s*$/.exec(text);
    if (!numbers) continue;
    const device: DmDevice = { name: open.name, major: Number(numbers[1]), minor: Number(numbers[2]) };
    if (open.state) device.suspended = open.state.startsWith('SUSPENDED');
    if (open.opens !== undefined) device.openCount = open.opens;
    results.push(found('dm-device', device, open.n));
    open = undefined;
  }
  return results;
}
