import { type Found, found } from './fact.ts';
import type { BuildCache, EngineUsage } from './facts/engine.ts';
import { amount, jsonQuote, present, type Shape, shape, shapes } from './shape.ts';

/** True for the API's /system/df: lists of what exists, with sizes in bytes. */
export function isDiskUsage(value: unknown): value is Shape {
  const usage = shape(value);
  return (
    usage !== undefined &&
    (('LayersSize' in usage && ('Images' in usage || 'BuildCache' in usage)) ||
      SUMMARIES.some(([key]) => 'TotalSize' in (shape(usage[key]) ?? {})) ||
      onlyBuildCache(usage))
  );
}

/** `/system/df?type=build-cache` leaves the other lists null. */
function onlyBuildCache(usage: Shape): boolean {
  return (
    Array.isArray(usage['BuildCache']) &&
    'Volumes' in usage &&
    !Array.isArray(usage['Images']) &&
    !Array.isArray(usage['Containers'])
  );
}

/** API 1.52 (Docker 29) answers with sums; the lists above it are gone unless asked for. */
const SUMMARIES: readonly [string, EngineUsage['what']][] = [
  ['ImageUsage', 'images'],
  ['ImagesDiskUsage', 'images'],
  ['ContainerUsage', 'containers'],
  ['ContainersDiskUsage', 'containers'],
  ['VolumeUsage', 'volumes'],
  ['VolumesDiskUsage', 'volumes'],
  ['BuildCacheUsage', 'build-cache'],
  ['BuildCacheDiskUsage', 'build-cache'],
];

/** The sums that the docker client makes of /system/df (docker/cli cli/command/formatter/disk_usage.go). */
export function diskUsageSums(usage: Shape, line: number): Found[] {
  const results: Found[] = [];
  for (const [key, what] of SUMMARIES) {
    const sum = shape(usage[key]);
    const size = amount(sum?.['TotalSize']);
    if (!sum || size === undefined) continue;
    results.push(
      usageFact(
        what,
        {
          total: amount(sum['TotalCount']),
          active: amount(sum['ActiveCount']),
          size,
          reclaimable: amount(sum['Reclaimable']),
        },
        line,
        jsonQuote(sum, ['TotalCount', 'ActiveCount', 'TotalSize', 'Reclaimable']),
      ),
    );
  }
  const images = shapes(usage['Images'] ?? []);
  const layers = amount(usage['LayersSize']);
  if (layers !== undefined && Array.isArray(usage['Images'])) {
    let used = 0;
    for (const image of images) {
      const size = amount(image['Size']);
      const shared = amount(image['SharedSize']);
      if ((amount(image['Containers']) ?? 0) > 0 && size !== undefined && shared !== undefined) used += size - shared;
    }
    const active = images.filter((image) => (amount(image['Containers']) ?? 0) > 0).length;
    results.push(
      usageFact(
        'images',
        { total: images.length, active, size: layers, reclaimable: Math.max(0, layers - used) },
        line,
        `"LayersSize":${layers}, ${images.length} images`,
      ),
    );
  }
  if (Array.isArray(usage['Containers'])) results.push(...containers(shapes(usage['Containers']), line));
  if (Array.isArray(usage['Volumes'])) {
    const all = shapes(usage['Volumes']).map((volume) => ({ data: shape(volume['UsageData']) }));
    const sizes = all.map(({ data }) => ({ size: amount(data?.['Size']), idle: amount(data?.['RefCount']) === 0 }));
    results.push(sums('volumes', sizes, sizes.filter((one) => !one.idle).length, line));
  }
  if (Array.isArray(usage['BuildCache'])) results.push(...buildCache(shapes(usage['BuildCache']), line));
  return results;
}

function containers(list: Shape[], line: number): Found[] {
  // SizeRw is left out of the answer when it is 0; -1 means the driver could not look
  const known = list.map((one) => ({
    size: 'SizeRw' in one ? amount(one['SizeRw']) : 0,
    idle: !/^(?:running|paused|restarting)$/.test(String(one['State'])),
  }));
  if (known.length > 0 && known.every((one) => one.size === undefined)) return [];
  return [sums('containers', known, known.filter((one) => !one.idle).length, line)];
}

function buildCache(list: Shape[], line: number): Found[] {
  const own = list.filter((one) => one['Shared'] !== true);
  const size = add(own.map((one) => amount(one['Size'])));
  const inUse = add(own.filter((one) => one['InUse'] === true).map((one) => amount(one['Size'])));
  const quote = `"BuildCache": ${list.length} records, ${size} bytes, ${inUse} in use`;
  return [
    usageFact(
      'build-cache',
      {
        total: list.length,
        active: list.filter((one) => one['InUse'] === true).length,
        size,
        reclaimable: size - inUse,
      },
      line,
      quote,
    ),
    found('build-cache', present<BuildCache>({ engine: 'docker', records: list.length, size, inUse }), line, quote),
  ];
}

function sums(
  what: EngineUsage['what'],
  list: { size: number | undefined; idle: boolean }[],
  active: number,
  line: number,
): Found {
  const size = add(list.map((one) => one.size));
  const reclaimable = add(list.filter((one) => one.idle).map((one) => one.size));
  return usageFact(
    what,
    { total: list.length, active, size, reclaimable },
    line,
    `${list.length} ${what}, ${size} bytes, ${reclaimable} of them not in use`,
  );
}

function usageFact(
  what: EngineUsage['what'],
  numbers: { total: number | undefined; active: number | undefined; size: number; reclaimable: number | undefined },
  line: number,
  quote: string,
): Found {
  return found('engine-usage', present<EngineUsage>({ engine: 'docker', what, ...numbers }), line, quote);
}

function add(list: (number | undefined)[]): number {
  return list.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}
