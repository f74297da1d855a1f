import { DOCKER_SIZE, dockerSize } from './docker-size.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { EngineName, EngineUsage } from './facts/engine.ts';
import { amount, jsonQuote, present, type Shape, text } from './shape.ts';
import { count } from './size.ts';
import { argvOf, rows, typed } from './undress.ts';

/** `docker system df` and `podman system df` print the same table; this reads either. */
const WHAT = new Map<string, EngineUsage['what']>(
  Object.entries({
    Images: 'images',
    Containers: 'containers',
    'Local Volumes': 'volumes',
    'Build Cache': 'build-cache',
  }),
);

const ROW = new RegExp(
  `^[\\s|>_-]{0,12}(Images|Containers|Local Volumes|Build Cache)[\\s|]{1,80}(?:(\\d{1,12})[\\s|]{1,80}(?:(\\d{1,12})[\\s|]{1,80})?)?(${DOCKER_SIZE})(?:[\\s|]{1,80}(${DOCKER_SIZE}))?(?:\\s?\\(\\d{1,3}%\\))?[\\s|]*$`,
);

export function mayHoldUsageRows(value: string): boolean {
  return /(?:Images|Containers|Local Volumes|Build Cache)[\s|*`]+\d/.test(value) || /"Reclaimable"/.test(value);
}

/** Which program printed line `n`: the run's, or the last one typed above it. Docker when nothing says otherwise. */
export function enginesByLine(doc: Document): (n: number) => EngineName {
  const argv = argvOf(doc);
  const whole = argv.some((word) => /(?:^|\/)(?:podman|pod)$|podman\.sock/.test(word)) ? 'podman' : 'docker';
  const marks: { n: number; engine: EngineName }[] = [];
  if (doc.origin.kind === 'paste' && doc.text.includes('podman')) {
    for (const line of rows(doc)) {
      const words =
        typed(line.text) ??
        (/^\s*(?:docker|podman) (?:system|ps|images|volume)\b/.test(line.text) ? line.text.trim().split(/\s+/) : []);
      if (words[0] === 'docker' || words[0] === 'podman') marks.push({ n: line.n, engine: words[0] });
    }
  }
  return (n) => marks.findLast((mark) => mark.n <= n)?.engine ?? (marks.length === 0 ? whole : 'docker');
}

/** The table's rows as text. */
export function usageRows(doc: Document, engine: EngineName): Found[] {
  const engineAt = enginesByLine(doc);
  const results: Found[] = [];
  for (const { n, text: line } of rows(doc)) {
    const row = ROW.exec(line);
    const what = WHAT.get(row?.[1] ?? '');
    const size = dockerSize(row?.[4] ?? '');
    if (!row || !what || !size || engineAt(n) !== engine) continue;
    const reclaimable = dockerSize(row[5] ?? '');
    const usage = present<EngineUsage>({
      engine,
      what,
      total: count(row[2]),
      active: count(row[3]),
      size: size.bytes,
      reclaimable: reclaimable?.bytes,
      resolution: Math.max(size.resolution, reclaimable?.resolution ?? 0),
    });
    results.push(found('engine-usage', usage, n));
  }
  return results;
}

/** One row of `--format '{{json .}}'`: docker writes texts (`"14.59MB (88%)"`), podman bytes. */
export function usageFromJson(row: Shape, line: number, engine: EngineName): Found[] {
  const what = WHAT.get(text(row['Type']) ?? '');
  const size = sizeOf(row['Size']);
  if (!what || !size || !('Reclaimable' in row)) return [];
  const reclaimable = sizeOf(row['Reclaimable']);
  const usage = present<EngineUsage>({
    engine,
    what,
    total: amount(row['TotalCount'] ?? row['Total']),
    active: amount(row['Active']),
    size: size.bytes,
    reclaimable: reclaimable?.bytes,
    resolution: Math.max(size.resolution, reclaimable?.resolution ?? 0),
  });
  return [
    found(
      'engine-usage',
      usage,
      line,
      jsonQuote(row, ['Type', 'TotalCount', 'Total', 'Active', 'Size', 'Reclaimable']),
    ),
  ];
}

/** Bytes as a number (podman, API) or printed (`31.46MB`, `14.59MB (88%)`). `digits` as {@link dockerSize}. */
export function sizeOf(value: unknown, digits: 3 | 4 = 4): { bytes: number; resolution: number } | undefined {
  const bytes = typeof value === 'number' ? amount(value) : undefined;
  if (bytes !== undefined) return { bytes, resolution: 0 };
  return typeof value === 'string' ? dockerSize(value.replace(/\s*\(.*$/s, ''), digits) : undefined;
}
