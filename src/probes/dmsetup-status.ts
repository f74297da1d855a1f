import { type DmLine, dmAsk, dmLines, hasDeviceMapper, mayHoldDmLines } from './dmsetup-names.ts';
import { type Found, found } from './fact.ts';
import type { DmStatus, ThinPoolStatus } from './facts/device-mapper.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/**
 * `dmsetup status`. Asked with --noflush: without it a thin pool commits its metadata first,
 * which waits for ever on a device that hangs.
 */
export const dmsetupStatus: Probe = {
  id: 'dmsetup-status',
  title: 'dmsetup status --noflush',
  asks: (known) => (hasDeviceMapper(known) ? [dmAsk('status', 'how full the thin pools are')] : []),
  recognises: (doc) => mayHoldDmLines(doc.text),
  scan: (doc) =>
    dmLines(doc)
      .filter(({ verb }) => verb === 'status')
      .map((line): Found => found('dm-status', statusOf(line), line.n)),
};

function statusOf({ name, start, length, target, args }: DmLine): DmStatus {
  const status: DmStatus = { name, start, length, target };
  const word = args[0] ?? '';
  if (args.length === 1 && (word === 'Fail' || word === 'Error')) status.failed = word;
  else if (target === 'thin-pool') {
    const pool = thinPool(args);
    if (pool) status.thinPool = pool;
  } else if (target === 'thin') {
    const mapped = count(word);
    const highest = count(args[1]);
    // `-` stands for the highest sector while nothing is mapped
    if (mapped !== undefined)
      status.thin = { mappedSectors: mapped, ...(highest === undefined ? {} : { highestSector: highest }) };
  } else if (target === 'snapshot' || target === 'snapshot-merge') {
    if (/^(?:Invalid|Overflow|Merge)$/.test(word)) status.snapshot = { invalid: word !== 'Merge' };
    else {
      const [used, total] = fraction(word);
      const metadata = count(args[1]);
      if (used !== undefined && total !== undefined)
        status.snapshot = { used, total, ...(metadata === undefined ? {} : { metadata }) };
    }
  }
  return status;
}

/**
 * `<transaction> <used>/<total metadata> <used>/<total data> <held root|-> rw|ro|out_of_data_space
 * [no_]discard_passdown|ignore_discard queue_if_no_space|error_if_no_space [needs_check|-] [low water]`
 * (kernel admin-guide/device-mapper/thin-provisioning.rst). Kernels before 3.15 stop earlier: they
 * knew no errors on a full pool, so it queued, and passing discards down was the default.
 */
function thinPool(args: readonly string[]): ThinPoolStatus | undefined {
  const transactionId = count(args[0]);
  const [usedMetadata, totalMetadata] = fraction(args[1]);
  const [usedData, totalData] = fraction(args[2]);
  const rest = args.slice(3);
  const mode = rest.find((word) => word === 'rw' || word === 'ro' || word === 'out_of_data_space');
  if (
    transactionId === undefined ||
    usedMetadata === undefined ||
    totalMetadata === undefined ||
    usedData === undefined ||
    totalData === undefined ||
    !mode
  )
    return undefined;
  const discard = rest.find((word) => /^(?:no_)?discard_passdown$|^ignore_discard$/.test(word)) ?? 'discard_passdown';
  const lowWater = rest.length >= 6 ? count(rest.at(-1)) : undefined;
  return {
    transactionId,
    usedMetadata,
    totalMetadata,
    usedData,
    totalData,
    mode,
    discard: discard as ThinPoolStatus['discard'],
    whenFull: rest.includes('error_if_no_space') ? 'error' : 'queue',
    needsCheck: rest.includes('needs_check'),
    ...(lowWater === undefined ? {} : { metadataLowWater: lowWater }),
  };
}

function fraction(word: string | undefined): [number, number] | [] {
  const [used, total] = (word ?? '').split('/').map(count);
  return used !== undefined && total !== undefined ? [used, total] : [];
}
