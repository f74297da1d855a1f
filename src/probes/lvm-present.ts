import { usesThinPool } from './dmsetup-names.ts';
import type { Facts } from './fact.ts';
import { parseSize, type Size } from './size.ts';

/** Are there logical volumes here? LVM scans every disk, so it is asked only then. */
export function hasLvm(known: Facts): boolean {
  return (
    known.has('block', (one) => one.type === 'lvm' || one.fstype === 'LVM2_member') ||
    usesThinPool(known) ||
    (!known.has('block') && known.has('mount', (one) => one.source.startsWith('/dev/mapper/')))
  );
}

/**
 * Sizes as LVM prints them: `<3.00g`, `90,00g`, `16777216B`, `0 `, `271.40 GiB`. Lower case and
 * `GiB` are IEC, upper case is SI (lvs(8), --units).
 */
export function lvmSize(text: string | undefined): Size | undefined {
  if (text === undefined || text === '') return undefined;
  const upper = /\d\s?[KMGTPE]$/.test(text.trim());
  return parseSize(text.replace(/^[<>]/, ''), upper ? 'si' : 'iec');
}

/** `1.00g`, `<1.00g`, `4096B`, `0`: for patterns. */
export const LVM_SIZE = '[<>]?\\d{1,20}(?:[.,]\\d{1,3})?(?: ?[kKmMgGtTpPeE]i?B?|[bB])?';
