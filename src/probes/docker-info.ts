import { docker } from '../tools/docker.ts';
import { DOCKER_DM_KEYS, dockerDeviceMapper } from './docker-dm-fields.ts';
import { DRIVER_KEYS, dockerInfoRecords, type InfoRecord, mayHoldDockerInfo } from './docker-info-text.ts';
import { dockerSockets, socketOf } from './docker-sockets.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Engine } from './facts/engine.ts';
import type { Probe } from './probe.ts';
import { amount, jsonQuote, present, type Shape, shape, text, texts } from './shape.ts';
import { count } from './size.ts';

/** `docker info` of every release from 1.2 on as text, `--format '{{json .}}'`, and the API's /info. */
export const dockerInfo: Probe = {
  id: 'docker-info',
  title: 'docker info, Docker API /info',
  asks: (known) =>
    dockerSockets(known).map((socket) => ({
      kind: 'get',
      socket,
      path: '/info',
      // all else about Docker hangs on it, and a daemon with much to do takes its time
      timeoutMs: 15_000,
      optional: true,
      what: 'what Docker says about its storage',
      or: { kind: 'run', argv: docker.info(socket), timeoutMs: 15_000 },
    })),
  recognises: (doc) =>
    mayHoldDockerInfo(doc.text) ||
    /"(?:DriverStatus|DockerRootDir|ServerVersion)"|\["(?:Pool Name|Data Space)|\[driver-type /.test(doc.text),
  scan: (doc) => [
    ...doc.json.flatMap(({ value, line }) => fromJson(value, line, doc)),
    ...(mayHoldDockerInfo(doc.text) ? dockerInfoRecords(doc).flatMap(fromRecord) : []),
    ...fromTemplate(doc),
  ],
};

/** `docker info -f '{{.DriverStatus}}'` of a daemon with the containerd image store: `[[driver-type io.containerd…]]`. */
function fromTemplate(doc: Document): Found[] {
  if (!doc.text.includes('[driver-type ')) return [];
  return doc.lines.flatMap((line) => {
    const type = /\[\[?driver-type (io\.containerd\.[\w.-]{1,60})\]/.exec(line.text.slice(0, 4000))?.[1];
    return type === undefined
      ? []
      : [found('engine', { engine: 'docker', driverType: type }, line.n, line.text.trim())];
  });
}

/** The client prints an empty one, with `ServerErrors`, when no daemon answered it. */
function isInfo(value: unknown): boolean {
  const info = shape(value);
  return (
    text(info?.['Driver']) !== undefined &&
    info !== undefined &&
    ['DriverStatus', 'ServerVersion', 'DockerRootDir'].some((key) => key in info)
  );
}

function fromJson(value: unknown, line: number, doc: Document): Found[] {
  const bare = statusPairs(value);
  if (bare) {
    const dm = dockerDeviceMapper(bare);
    return dm ? [found('docker-dm', dm, line, pairQuote(bare))] : [];
  }
  const info = shape(value);
  if (!info || !isInfo(value)) return [];
  const status = statusPairs(info['DriverStatus']) ?? [];
  const security = texts(info['SecurityOptions']).join(' ');
  const engine = engineOf(info, status, security, socketOf(doc.origin));
  const results = [
    found('engine', engine, line, jsonQuote(info, ['Driver', 'DriverStatus', 'DockerRootDir', 'ServerVersion'])),
  ];
  const dm = info['Driver'] === 'devicemapper' ? dockerDeviceMapper(status) : undefined;
  if (dm) results.push(found('docker-dm', dm, line, pairQuote(status)));
  return results;
}

function engineOf(info: Shape, status: [string, string][], security: string, socket: string | undefined): Engine {
  const get = (key: string) => status.find(([name]) => name === key)?.[1];
  return present<Engine>({
    engine: 'docker',
    version: text(info['ServerVersion']),
    driver: text(info['Driver']),
    driverType: get('driver-type'),
    root: text(info['DockerRootDir']),
    backingFileSystem: text(get('Backing Filesystem')),
    containers: amount(info['Containers']),
    running: amount(info['ContainersRunning']),
    images: amount(info['Images']),
    logDriver: text(info['LoggingDriver']),
    kernel: text(info['KernelVersion']),
    os: text(info['OperatingSystem']),
    rootless: /rootless/.test(security) ? true : undefined,
    userns: /userns/.test(security) ? true : undefined,
    supportsDType: get('Supports d_type') === undefined ? undefined : get('Supports d_type') === 'true',
    socket,
    status: status.length > 0 ? status : undefined,
    warnings: texts(info['Warnings']).length > 0 ? texts(info['Warnings']) : undefined,
  });
}

function fromRecord(record: InfoRecord): Found[] {
  const pairs = new Map(record.pairs);
  const results: Found[] = [];
  const driver = text(pairs.get('Storage Driver')?.split(/\s/)[0]);
  const version = text(pairs.get('Server Version') ?? pairs.get('Server version'));
  const root = text(pairs.get('Docker Root Dir'));
  const status = record.pairs.filter(([key]) => DRIVER_KEYS.includes(key));
  if (driver || version || root) {
    const dtype = pairs.get('Supports d_type');
    const engine = present<Engine>({
      engine: 'docker',
      version,
      driver,
      driverType: text(pairs.get('driver-type')),
      root,
      backingFileSystem: text(pairs.get('Backing Filesystem')),
      containers: count(pairs.get('Containers')),
      running: count(pairs.get('Running')),
      images: count(pairs.get('Images')),
      logDriver: text(pairs.get('Logging Driver')),
      kernel: text(pairs.get('Kernel Version')),
      os: text(pairs.get('Operating System')),
      rootless: record.words.includes('rootless') ? true : undefined,
      userns: record.words.includes('userns') ? true : undefined,
      supportsDType: dtype === undefined ? undefined : dtype === 'true',
      status: status.length > 0 ? status : undefined,
      warnings: record.warnings.length > 0 ? record.warnings : undefined,
    });
    results.push(
      found(
        'engine',
        engine,
        record.line,
        quoteOf(record, [
          'Server Version',
          'Server version',
          'Storage Driver',
          'Backing Filesystem',
          'Docker Root Dir',
        ]),
      ),
    );
  }
  const dm = driver === undefined || driver === 'devicemapper' ? dockerDeviceMapper(record.pairs) : undefined;
  if (dm) results.push(found('docker-dm', dm, record.line, quoteOf(record, DOCKER_DM_KEYS)));
  return results;
}

/** The record's own lines for these keys, each once. */
function quoteOf(record: InfoRecord, keys: readonly string[]): string {
  const lines = record.pairs.filter(([key]) => keys.includes(key)).map(([key]) => record.quotes.get(key) ?? '');
  return [...new Set(lines)].join('\n');
}

function pairQuote(pairs: readonly [string, string][]): string {
  return pairs.map(([key, value]) => `["${key}","${value}"]`).join(',');
}

/** `[["Pool Name","docker-pool"],…]`, else undefined. */
function statusPairs(value: unknown): [string, string][] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const pairs = value.map((one) => texts(one)).filter((one) => one.length === 2);
  return pairs.length === value.length ? (pairs as [string, string][]) : undefined;
}
