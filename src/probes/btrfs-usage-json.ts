import { blockGroupType } from './btrfs-text.ts';
import { newUsage, setOverall, type UsageDraft, usageFact } from './btrfs-usage-draft.ts';
import type { Found } from './fact.ts';
import { type Shape, shape } from './shape.ts';

/**
 * The text of `btrfs filesystem usage` as JSON, as scripts and agents write it: an object
 * `Overall`, one for each `Data,single`, and `Unallocated`, with the printed words as keys.
 */
export function fromUsageJson(value: unknown, line: number): Found[] {
  const facts: Found[] = [];
  const open: { one: unknown; depth: number }[] = [{ one: value, depth: 0 }];
  for (let i = 0; i < open.length && i < 10_000; i++) {
    const { one, depth } = open[i] ?? { one: undefined, depth: 9 };
    const object = shape(one);
    if (object && Object.keys(object).some((key) => groupKey(key))) {
      const fact = usageOf(object, line);
      if (fact) facts.push(fact);
      continue;
    }
    if (depth < 4)
      for (const child of object ? Object.values(object) : Array.isArray(one) ? one : [])
        open.push({ one: child, depth: depth + 1 });
  }
  return facts;
}

function usageOf(object: Shape, line: number): Found | undefined {
  const draft = newUsage(line, undefined);
  for (const [key, part] of Object.entries(object)) {
    const fields = shape(part);
    if (!fields) continue;
    if (/^overall$/i.test(key)) for (const [name, text] of Object.entries(fields)) overall(draft, name, text);
    else if (/^unallocated$/i.test(key))
      devices(draft, fields, (path, bytes) => draft.value.unallocated.push({ path, bytes }));
    else group(draft, groupKey(key), fields);
    draft.quote.push(`${key}: ${JSON.stringify(part).slice(0, 500)}`);
  }
  return usageFact(draft);
}

function overall(draft: UsageDraft, name: string, text: unknown): void {
  const parts = /^\s*([^\s(]+)(?:\s*\((?:min|used):\s*([^)]{1,30})\))?/.exec(String(text));
  if (parts) setOverall(draft, name, parts[1] ?? '', parts[2]);
}

function group(draft: UsageDraft, key: RegExpExecArray | null, fields: Shape): void {
  const type = blockGroupType(key?.[1] ?? '');
  const size = draft.sizes.bytes(String(fields.Size ?? fields.size ?? ''));
  const used = draft.sizes.bytes(String(fields.Used ?? fields.used ?? ''));
  if (!key || type === undefined || type === 'reserve' || size === undefined || used === undefined) return;
  const row: UsageDraft['value']['rows'][number] = { type, profile: key[2] ?? '', size, used, devices: [] };
  devices(draft, fields, (path, bytes) => row.devices.push({ path, size: bytes }));
  draft.value.rows.push(row);
}

function devices(draft: UsageDraft, fields: Shape, add: (path: string, bytes: number) => void): void {
  for (const [path, text] of Object.entries(fields)) {
    const bytes = path.startsWith('/') ? draft.sizes.bytes(String(text)) : undefined;
    if (bytes !== undefined) add(path, bytes);
  }
}

function groupKey(key: string): RegExpExecArray | null {
  return /^(Data\+Metadata|Data|Metadata|System),\s?(\w+)$/i.exec(key);
}
