import { containerd as ctr } from '../tools/containerd.ts';
import { containerdTables } from './containerd-tables.ts';
import { type Found, found } from './fact.ts';
import type { Container, Engine, Image } from './facts/engine.ts';
import type { Ask, Probe } from './probe.ts';
import { amount, jsonQuote, present, type Shape, shape, shapes, text, texts } from './shape.ts';
import { argvOf } from './undress.ts';

/** containerd through `ctr` (version, plugins, snapshots, containers, leases) and `crictl` (info, images, stats, imagefsinfo). */
export const containerd: Probe = {
  id: 'containerd',
  title: 'ctr version, ctr snapshots, crictl info',
  asks: (known): Ask[] => {
    const runs = known.has('process', (one) => one.program === 'containerd');
    // Docker drives containerd for itself: what it says about its storage is enough
    if (!runs || known.has('process', (one) => /^docker/.test(one.program))) return [];
    const snapshotters = new Set(
      known.all('engine', (one) => one.engine === 'containerd').flatMap(({ value }) => value.driver ?? []),
    );
    const ask = (argv: string[], what?: string): Ask => ({
      kind: 'run',
      argv,
      timeoutMs: 5000,
      optional: true,
      ...(what ? { what } : {}),
    });
    return [
      ask(ctr.version()),
      ask(ctr.criInfo(), "containerd's snapshotter and data root"),
      ask(ctr.imageFs(), 'how much containerd images take'),
      ask(ctr.images(), "containerd's images"),
      ...[...snapshotters].flatMap((name) => ['default', 'k8s.io'].map((space) => ask(ctr.snapshots(space, name)))),
      ...['default', 'k8s.io'].map((space) => ask(ctr.leases(space))),
    ];
  },
  recognises: (doc) =>
    argvOf(doc).some((word) => /(?:^|\/)(?:ctr|crictl|nerdctl)$/.test(word)) ||
    /"(?:containerdRootDir|imageFilesystems|writableLayer|containerdEndpoint)"|"repoTags"|\b(?:ctr|nerdctl|containerd)\b|io\.containerd\.|^[ \t]*KEY\s+(?:PARENT|SIZE)|gc\.expire/m.test(
      doc.text,
    ),
  scan: (doc) => [...containerdTables(doc), ...doc.json.flatMap(({ value, line }) => fromJson(shape(value), line))],
};

function fromJson(value: Shape | undefined, line: number): Found[] {
  if (!value) return [];
  const config = shape(value['config']);
  if (config && ('containerdRootDir' in config || 'containerdEndpoint' in config)) {
    const driver = text(shape(config['containerd'])?.['snapshotter']);
    const root = text(config['containerdRootDir']);
    return [
      found(
        'engine',
        present<Engine>({ engine: 'containerd', driver, root }),
        line,
        jsonQuote({ snapshotter: driver, ...config }, ['snapshotter', 'containerdRootDir']),
      ),
    ];
  }
  const images = shapes(value['images'] ?? []).flatMap((one) => imageOf(one, line));
  const stats = shapes(value['stats'] ?? []).flatMap((one) => statsOf(one, line));
  return [...images, ...stats, ...imageFileSystems(value, line)];
}

/** `crictl imagefsinfo`: an object in new releases, `{imageFilesystems:[…]}` below `status` in others. */
function imageFileSystems(value: Shape, line: number): Found[] {
  const status = shape(value['status']) ?? value;
  return shapes(status['imageFilesystems'] ?? [status]).flatMap((one) => {
    const path = text(shape(one['fsId'])?.['mountpoint']);
    const used = amount(shape(one['usedBytes'])?.['value']);
    if (!path || used === undefined) return [];
    const quote = jsonQuote(one, ['fsId', 'usedBytes', 'inodesUsed']);
    const driver = /^(.*)\/io\.containerd\.snapshotter\.v1\.([\w-]+)$/.exec(path);
    return [
      found('directory-size', { path, bytes: used }, line, quote),
      ...(driver
        ? [found('engine', { engine: 'containerd', root: driver[1] ?? '', driver: driver[2] ?? '' }, line, quote)]
        : []),
    ];
  });
}

function imageOf(one: Shape, line: number): Found[] {
  const id = text(one['id'])?.replace(/^sha256:/, '');
  const size = amount(one['size']);
  if (!id || size === undefined) return [];
  const tags = texts(one['repoTags']);
  return [
    found(
      'image',
      present<Image>({ engine: 'containerd', id, tags, size, dangling: tags.length === 0 }),
      line,
      jsonQuote(one, ['id', 'repoTags', 'size']),
    ),
  ];
}

function statsOf(one: Shape, line: number): Found[] {
  const attributes = shape(one['attributes']);
  const id = text(attributes?.['id']);
  const layer = shape(one['writableLayer']);
  if (!attributes || !id || !layer) return [];
  const container = present<Container>({
    engine: 'containerd',
    id,
    name: text(shape(attributes['metadata'])?.['name']),
    writable: amount(shape(layer['usedBytes'])?.['value']),
  });
  return [found('container', container, line, jsonQuote({ id, ...layer }, ['id', 'usedBytes', 'inodesUsed']))];
}
