import { docker } from '../tools/docker.ts';
import type { Document } from './document.ts';
import { type Facts, type Found, found } from './fact.ts';
import type { DockerDmDevice, DockerMountId } from './facts/device-mapper.ts';
import type { Ask, Probe } from './probe.ts';
import { text } from './shape.ts';
import { rows } from './undress.ts';

/**
 * Docker's own directories, whatever printed them (`cat`, `grep -r .`, a loop with `== name`):
 * which layer is a container's root file system, and which thin volume is that layer.
 */
export const dockerDirs: Probe = {
  id: 'docker-dirs',
  title: '<root>/image/<driver>/layerdb/mounts, <root>/devicemapper/metadata',
  // of every data root: a daemon without the driver says nothing of the layers it left behind
  asks: (known) =>
    dataRoots(known).flatMap((root): Ask[] =>
      [docker.deviceMetadata(root), docker.layerMounts(root, 'devicemapper')].map((argv) => ({
        kind: 'run',
        argv,
        timeoutMs: 5000,
        optional: true,
        what: 'which thin volume belongs to which container',
      })),
    ),
  recognises: (doc) =>
    /"device_id"|mount-id|init-id/.test(doc.text) ||
    /\/(?:mount-id|init-id)$|\/devicemapper\/metadata\//.test(
      doc.origin.kind === 'read' ? doc.origin.path : doc.origin.kind === 'run' ? (doc.origin.argv.at(-1) ?? '') : '',
    ),
  scan: (doc) => {
    const files = [...named(doc)];
    return [...devices(files), ...mounts(files)];
  },
};

/** Where Docker keeps its data when nothing else is said. */
const DEFAULT_ROOT = '/var/lib/docker';

/** Of daemons that answered, of daemon.json, and the usual one. */
function dataRoots(known: Facts): string[] {
  const engines = known.all('engine', (one) => one.engine === 'docker').map(({ value }) => value.root);
  const configured = known
    .all('engine-config', (one) => one.engine === 'docker')
    .flatMap(({ value }) => [text(value.values['data-root']), text(value.values['graph'])]);
  return [...new Set([DEFAULT_ROOT, ...engines, ...configured])].filter(
    (root): root is string => root?.startsWith('/') === true,
  );
}

/** A line that a named file holds. */
interface Held {
  path: string;
  value: string;
  n: number;
}

/** A file's name in a line of its own: `== NAME`, `==> NAME <==`, `# cat NAME`. */
const HEADING = /^\s{0,8}(?:==>?\s+(\S{1,300})(?:\s+<==)?|(?:.{0,120}\s)?cat\s+(\S{1,300}))\s*$/;
/** `NAME:value` (grep) and `NAME=value`. */
const INLINE = /^\s{0,8}(\S{0,300}(?:\/(?:mount-id|init-id)|metadata\/[\w.-]{1,80}))[:=](\S.*)$/;

function* named(doc: Document): Generator<Held> {
  let path =
    doc.origin.kind === 'read'
      ? doc.origin.path
      : doc.origin.kind === 'run' && doc.origin.argv.some((word) => /(?:^|\/)cat$/.test(word))
        ? (doc.origin.argv.at(-1) ?? '')
        : '';
  for (const { n, text: line } of rows(doc)) {
    const heading = HEADING.exec(line);
    if (heading) {
      path = heading[1] ?? heading[2] ?? '';
      continue;
    }
    const inline = INLINE.exec(line);
    if (inline) yield { path: inline[1] ?? '', value: inline[2] ?? '', n };
    else if (line.trim() !== '') yield { path, value: line.trim(), n };
  }
}

/** Layers are hashes, `<hash>-init`, or `base`. */
const LAYER = /^(?:[0-9a-f]{12,64}(?:-init)?|base)$/;

function devices(files: readonly Held[]): Found[] {
  return files.flatMap(({ path, value, n }) => {
    const json = /\{[^{}]{0,40}"device_id"[^{}]{0,400}\}/.exec(value)?.[0];
    const deviceId = number(json, 'device_id');
    const size = number(json, 'size');
    if (json === undefined || deviceId === undefined || size === undefined) return [];
    const name = path.slice(path.lastIndexOf('/') + 1);
    const device: DockerDmDevice = { hash: LAYER.test(name) ? name : '', deviceId, size };
    const root = /^(\/.{0,300}?)\/devicemapper\/metadata\/[^/]*$/.exec(path)?.[1];
    if (root !== undefined) device.root = root;
    const transaction = number(json, 'transaction_id');
    if (transaction !== undefined) device.transactionId = transaction;
    for (const key of ['initialized', 'deleted'] as const) {
      const flag = new RegExp(`"${key}"\\s{0,4}:\\s{0,4}(true|false)`).exec(json)?.[1];
      if (flag) device[key] = flag === 'true';
    }
    return [found('docker-dm-device', device, n)];
  });
}

function number(json: string | undefined, key: string): number | undefined {
  const digits = new RegExp(`"${key}"\\s{0,4}:\\s{0,4}(\\d{1,16})`).exec(json ?? '')?.[1];
  const value = Number(digits);
  return digits !== undefined && Number.isSafeInteger(value) ? value : undefined;
}

function mounts(files: readonly Held[]): Found[] {
  const byContainer = new Map<string, { mount: Partial<DockerMountId>; n: number }>();
  for (const { path, value, n } of files) {
    const match = /(?:^|\/)([0-9a-f]{64})\/(mount-id|init-id)$/.exec(path);
    const id = /^[0-9a-f]{64}(?:-init)?$/.exec(value)?.[0];
    if (!match || !id) continue;
    const container = match[1] ?? '';
    const entry = byContainer.get(container) ?? { mount: {}, n };
    if (match[2] === 'mount-id') {
      entry.mount.mountId = id;
      entry.n = n;
    } else entry.mount.initId = id;
    byContainer.set(container, entry);
  }
  return [...byContainer].flatMap(([container, { mount, n }]) =>
    mount.mountId
      ? [
          found(
            'docker-mount-id',
            { container, mountId: mount.mountId, ...(mount.initId ? { initId: mount.initId } : {}) },
            n,
          ),
        ]
      : [],
  );
}
