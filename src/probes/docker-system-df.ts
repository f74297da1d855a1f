import { DOCKER_SIZE, dockerSize } from './docker-size.ts';
import { answeringSockets } from './docker-sockets.ts';
import { diskUsageSums, isDiskUsage } from './docker-system-df-api.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { BuildCache } from './facts/engine.ts';
import type { Ask, Probe } from './probe.ts';
import { amount, type Shape, shape, shapes } from './shape.ts';
import { rows } from './undress.ts';
import { mayHoldUsageRows, sizeOf, usageFromJson, usageRows } from './usage-rows.ts';

/**
 * `docker system df` as table, `-v`, JSON lines, and the API's /system/df. The daemon walks
 * every layer and volume for it, so the whole is asked with --deep only; the build cache alone
 * is kept in a database and costs nothing (parameter `type`, API 1.42 = Docker 23).
 */
export const dockerSystemDf: Probe = {
  id: 'docker-system-df',
  title: 'docker system df, Docker API /system/df',
  asks: (known) =>
    answeringSockets(known).flatMap((socket): Ask[] => {
      const version = known.first('engine', (one) => one.socket === socket)?.value.version ?? '';
      const major = Number.parseInt(version, 10);
      return [
        ...(major >= 23
          ? [{ kind: 'get', socket, path: '/system/df?type=build-cache', timeoutMs: 5000, optional: true } as const]
          : []),
        {
          kind: 'get',
          socket,
          path: '/system/df',
          timeoutMs: 120_000,
          deep: true,
          what: "sizes of Docker's containers, volumes and build cache",
        },
      ];
    }),
  recognises: (doc) =>
    mayHoldUsageRows(doc.text) ||
    /Build cache usage:/i.test(doc.text) ||
    /"(?:LayersSize|BuildCache|TotalSize)"/.test(doc.text),
  scan: (doc) => [
    ...usageRows(doc, 'docker'),
    ...verboseBuildCache(doc),
    ...doc.json.flatMap(({ value, line }) => fromJson(value, line)),
  ],
};

function fromJson(value: unknown, line: number): Found[] {
  if (isDiskUsage(value)) return diskUsageSums(value, line);
  if (isVerbose(value)) return verboseJson(value, line);
  // podman writes numbers where docker writes texts, and Total for TotalCount
  return shapes(value).flatMap((row) =>
    typeof row['Size'] === 'string' && !('Total' in row) ? usageFromJson(row, line, 'docker') : [],
  );
}

/** `docker system df -v --format '{{json .}}'`: lists with printed sizes. */
function isVerbose(value: unknown): value is Shape {
  const lists = shape(value);
  return (
    lists !== undefined &&
    !('LayersSize' in lists) &&
    Array.isArray(lists['Images']) &&
    Array.isArray(lists['BuildCache']) &&
    'Volumes' in lists
  );
}

function verboseJson(value: Shape, line: number): Found[] {
  const list = shapes(value['BuildCache']);
  const own = list.filter((one) => String(one['Shared']) !== 'true');
  const add = (some: Shape[]) => some.reduce((sum, one) => sum + (sizeOf(one['Size'])?.bytes ?? 0), 0);
  const size = add(own);
  const inUse = add(own.filter((one) => String(one['InUse']) === 'true'));
  const cache: BuildCache = { engine: 'docker', records: list.length, size, inUse };
  return [found('build-cache', cache, line, `"BuildCache": ${list.length} records, ${size} bytes, ${inUse} in use`)];
}

const HEAD = new RegExp(`^\\s{0,8}Build cache usage:\\s{1,8}(${DOCKER_SIZE})\\s*$`, 'i');
/** CACHE ID, type, size, created, last used, usage, shared */
const RECORD = /^\s{0,8}[a-z0-9]{10,25}\*?\s+(?:regular|source\.\S+|frontend|internal|exec\.\S+)\s+\d/;

/** `docker system df -v`: `Build cache usage: 16.21GB` and one row a record. */
function verboseBuildCache(doc: Document): Found[] {
  const results: Found[] = [];
  let head: { n: number; size: number } | undefined;
  let records = 0;
  const flush = () => {
    if (head) results.push(found('build-cache', { engine: 'docker', records, size: head.size }, head.n));
    head = undefined;
    records = 0;
  };
  for (const { n, text: line } of rows(doc)) {
    const size = dockerSize(HEAD.exec(line)?.[1] ?? '');
    if (size) {
      flush();
      head = { n, size: amount(size.bytes) ?? 0 };
    } else if (head && RECORD.test(line)) records++;
  }
  flush();
  return results;
}
