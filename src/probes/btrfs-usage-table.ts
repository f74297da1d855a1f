import { blockGroupType } from './btrfs-text.ts';
import type { UsageDraft } from './btrfs-usage-draft.ts';

/**
 * `btrfs filesystem usage -T`: a line of types, a line `Id Path single DUP … Unallocated`, rows
 * of raw bytes by device, and the rows `Total` (logical) and `Used`. Until those are seen the
 * sizes are not known (NaN); a record that ends without them drops the row.
 */
export function readTableLine(draft: UsageDraft, text: string): boolean {
  const words = text.trim().split(/\s+/);
  if (words.length >= 2 && words.every((word) => /^(?:Data|Metadata|System|Mixed|Data\+Metadata)$/.test(word))) {
    draft.table = { types: words, columns: [] };
    return true;
  }
  const table = draft.table;
  if (!table) return false;
  const pathAt = words.indexOf('Path');
  if (pathAt >= 0 && words.includes('Unallocated')) {
    // columns behind the path, in order; profiles come first, one for each type
    table.columns = words.slice(pathAt + 1);
    for (const [index, type] of table.types.entries()) {
      const kind = blockGroupType(type);
      if (kind && kind !== 'reserve')
        draft.value.rows.push({
          type: kind,
          profile: table.columns[index] ?? '',
          size: Number.NaN,
          used: Number.NaN,
          devices: [],
        });
    }
    return true;
  }
  if (table.columns.length === 0) return false;
  const total = /^(?:Total|Used)$/.test(words[0] ?? '') ? words[0] : undefined;
  const path = words.findIndex((word) => word.startsWith('/') || word === 'missing');
  if (total === undefined && path !== 0 && path !== 1) return false;
  const cells = words.slice(total === undefined ? path + 1 : 1);
  for (const [index, row] of draft.value.rows.entries()) {
    const bytes = draft.sizes.bytes(cells[index]);
    if (bytes === undefined) continue;
    if (total === 'Total') row.size = bytes;
    else if (total === 'Used') row.used = bytes;
    else row.devices.push({ path: words[path] ?? '', size: bytes });
  }
  const unallocated = total === undefined ? draft.sizes.bytes(cells[table.columns.indexOf('Unallocated')]) : undefined;
  if (unallocated !== undefined) draft.value.unallocated.push({ path: words[path] ?? '', bytes: unallocated });
  if (total === 'Used') delete draft.table;
  return true;
}
