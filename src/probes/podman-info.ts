import { podman } from '../tools/podman.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Engine } from './facts/engine.ts';
import type { Ask, Probe } from './probe.ts';
import { amount, flag, jsonQuote, present, type Shape, shape, text } from './shape.ts';
import { rows, typed } from './undress.ts';

/** `podman info` as YAML or JSON (1.x wrote `GraphDriverName`, later ones `graphDriverName`), whole or in part. */
export const podmanInfo: Probe = {
  id: 'podman-info',
  title: 'podman info',
  asks: (known): Ask[] => {
    const ask: Ask = {
      kind: 'run',
      argv: podman.info(),
      timeoutMs: 5000,
      optional: true,
      what: 'what Podman says about its storage',
    };
    const there =
      known.has('process', (one) => one.program === 'podman' || one.program === 'conmon') ||
      known.has(
        'mount',
        (one) => one.target.startsWith('/var/lib/containers/') || one.fstype === 'fuse.fuse-overlayfs',
      );
    const containers: Ask[] = known.has('engine', (one) => one.engine === 'podman')
      ? [
          { kind: 'run', argv: podman.containers(false), timeoutMs: 5000, optional: true, what: "Podman's containers" },
          {
            kind: 'run',
            argv: podman.containers(true),
            timeoutMs: 60_000,
            deep: true,
            what: "sizes of Podman's containers",
          },
        ]
      : [];
    return there ? [ask, ...containers] : [];
  },
  recognises: (doc) => /graph(?:DriverName|Root)|freeLocks/i.test(doc.text),
  scan: (doc) => {
    const json = doc.json.flatMap(({ value, line }) => fromJson(value, line));
    return json.length > 0 ? json : fromLines(doc);
  },
};

function fromJson(value: unknown, line: number): Found[] {
  const info = shape(value);
  const store = shape(info?.['store']);
  if (!info || !store || !('graphDriverName' in store || 'GraphDriverName' in store)) return [];
  const host = shape(info['host']) ?? {};
  const get = (key: string) => store[key] ?? store[`${key[0]?.toUpperCase()}${key.slice(1)}`];
  const status = shape(get('graphStatus')) ?? {};
  const containers = shape(get('containerStore'));
  const engine = present<Engine>({
    engine: 'podman',
    version: text(shape(info['version'])?.['Version']) ?? text(host['podman version']),
    driver: driverOf(text(get('graphDriverName')), shape(get('graphOptions'))),
    root: text(get('graphRoot')),
    backingFileSystem: text(status['Backing Filesystem']),
    containers: amount(containers?.['number']),
    running: amount(containers?.['running']),
    images: amount(shape(get('imageStore'))?.['number']),
    logDriver: text(host['logDriver']),
    kernel: text(host['kernel']),
    os: text(shape(host['distribution'])?.['distribution']),
    rootless: flag(shape(host['security'])?.['rootless']) ?? flag(host['rootless']),
    supportsDType: flag(status['Supports d_type']),
    freeLocks: amount(host['freeLocks']),
    rootSize: amount(get('graphRootAllocated')),
    rootUsed: amount(get('graphRootUsed')),
    status: pairs(status),
  });
  return [
    found(
      'engine',
      engine,
      line,
      jsonQuote({ freeLocks: host['freeLocks'], ...store }, [
        'graphDriverName',
        'GraphDriverName',
        'graphRoot',
        'GraphRoot',
        'graphRootAllocated',
        'graphRootUsed',
        'freeLocks',
      ]),
    ),
  ];
}

/** With the program that mounts the layers in the kernel's place (storage.conf(5) mount_program): `overlay (fuse-overlayfs)`. */
function driverOf(driver: string | undefined, options: Shape | undefined): string | undefined {
  const named = options?.[`${driver}.mount_program`];
  const program = /([\w.-]{1,40})$/.exec(text(shape(named)?.['Executable']) ?? text(named) ?? '')?.[1];
  return driver === undefined || program === undefined ? driver : `${driver} (${program})`;
}

function pairs(status: Shape): [string, string][] | undefined {
  const list = Object.entries(status).map(([key, value]): [string, string] => [key, String(value)]);
  return list.length > 0 ? list : undefined;
}

type Draft = { -readonly [K in keyof Engine]: Engine[K] };

/** Keys as YAML (`graphRoot: /x`) or JSON (`"graphRoot": "/x",`) prints them, lower case. */
const FIELDS = new Map<string, (engine: Draft, value: string) => void>(
  Object.entries({
    graphdrivername: (engine, value) => (engine.driver = value),
    graphroot: (engine, value) => (engine.root = value),
    graphrootallocated: (engine, value) => set(engine, 'rootSize', amount(value)),
    graphrootused: (engine, value) => set(engine, 'rootUsed', amount(value)),
    freelocks: (engine, value) => set(engine, 'freeLocks', amount(value)),
    rootless: (engine, value) => set(engine, 'rootless', flag(value)),
    kernel: (engine, value) => (engine.kernel = value),
    'backing filesystem': (engine, value) => (engine.backingFileSystem = value),
    'supports d_type': (engine, value) => set(engine, 'supportsDType', flag(value)),
    logdriver: (engine, value) => (engine.logDriver = value),
    'podman version': (engine, value) => (engine.version = value),
    version: (engine, value) => {
      if (/^\d+\.\d+\.\d+(?:[-+~]\S+)?$/.test(value)) engine.version = value;
    },
  }),
);

const LINE =
  /^\s{0,24}"?(graphDriverName|graphRoot|graphRootAllocated|graphRootUsed|freeLocks|rootless|kernel|Backing Filesystem|Supports d_type|logDriver|podman version|version)"?\s{0,4}:\s{0,4}"?([^",]{1,300}?)"?,?\s*$/i;

function fromLines(doc: Document): Found[] {
  const records: { engine: Draft; line: number; quotes: string[]; seen: Set<string> }[] = [];
  let open: (typeof records)[number] | undefined;
  for (const { n, text: line } of rows(doc)) {
    const words = typed(line);
    if (words) {
      open = undefined;
      continue;
    }
    const match = LINE.exec(line);
    const key = match?.[1]?.toLowerCase() ?? '';
    if (!match) continue;
    // `version` stands twice: of the distribution (quoted), and of podman, last
    if (!open || (open.seen.has(key) && key !== 'version')) {
      open = { engine: { engine: 'podman' }, line: n, quotes: [], seen: new Set() };
      records.push(open);
    }
    if (key === 'version' && !open.seen.has('graphroot') && !open.seen.has('graphdrivername')) continue;
    open.seen.add(key);
    FIELDS.get(key)?.(open.engine, match[2] ?? '');
    if (/^(?:graph|freel)/.test(key)) open.quotes.push(line.trim());
  }
  return records
    .filter(({ seen }) => seen.has('graphdrivername') || seen.has('graphroot') || seen.has('freelocks'))
    .map(({ engine, line, quotes }) => found('engine', engine, line, quotes.join('\n')));
}

function set<K extends keyof Engine>(engine: Draft, key: K, value: Engine[K] | undefined): void {
  if (value !== undefined) engine[key] = value;
}
