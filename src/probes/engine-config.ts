import { parse as parseToml } from 'smol-toml';
import { parse as parseYaml } from 'yaml';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { EngineConfig } from './facts/engine.ts';
import { maskValues } from './mask-args.ts';
import type { Ask, Probe } from './probe.ts';
import { type Shape, shape } from './shape.ts';
import { rows, typed } from './undress.ts';

interface Kind {
  engine: EngineConfig['engine'];
  format: 'json' | 'toml' | 'yaml';
  name: RegExp;
}

/** Files by their name; where a file has been moved, the daemon's command line says so. */
const KINDS: readonly Kind[] = [
  { engine: 'docker', format: 'json', name: /(?:^|\/)(?:docker\/)?daemon\.json$/ },
  { engine: 'podman', format: 'toml', name: /(?:^|\/)(?:storage|containers)\.conf$/ },
  { engine: 'containerd', format: 'toml', name: /containerd(?:\/[\w.-]+)*\/config\.toml$/ },
  { engine: 'buildkit', format: 'toml', name: /(?:^|\/)buildkitd\.toml$/ },
  {
    engine: 'kubelet',
    format: 'yaml',
    name: /kubelet(?:\/[\w.-]+)*\/?(?:config)?\.ya?ml$|kubelet-config\.(?:ya?ml|json)$/,
  },
];

const DAEMON_JSON_KEYS = new Set([
  'storage-driver',
  'storage-opts',
  'data-root',
  'graph',
  'log-driver',
  'log-opts',
  'live-restore',
  'insecure-registries',
  'registry-mirrors',
  'exec-opts',
  'default-shm-size',
  'userns-remap',
]);

/** A file longer than this is no configuration. */
const LONGEST = 1 << 20;

/** daemon.json, storage.conf, containers.conf, containerd's config.toml, the kubelet's configuration. */
export const engineConfig: Probe = {
  id: 'engine-config',
  title: 'daemon.json, storage.conf, config.toml, kubelet config',
  asks: (known): Ask[] => {
    const files = [
      '/etc/docker/daemon.json',
      '/etc/containers/storage.conf',
      '/etc/containerd/config.toml',
      '/var/lib/kubelet/config.yaml',
    ];
    for (const { value } of known.all('process')) {
      const option = /^docker/.test(value.program)
        ? /^--config-file(?:=(.*))?$/
        : value.program === 'kubelet' || value.program === 'containerd'
          ? /^(?:-c|--config)(?:=(.*))?$/
          : undefined;
      for (const [index, word] of value.args.entries()) {
        const match = option?.exec(word);
        const path = match ? (match[1] ?? value.args[index + 1]) : undefined;
        if (path?.startsWith('/')) files.push(path);
      }
    }
    return [...new Set(files)].map(
      (path): Ask => ({ kind: 'read', path, optional: true, what: `the settings in ${path}` }),
    );
  },
  recognises: (doc) => kindOf(pathOf(doc)) !== undefined || doc.origin.kind !== 'read',
  scan: (doc) => {
    const path = pathOf(doc);
    const kind = kindOf(path);
    if (kind)
      return doc.text.trim() === '' || doc.text.length > LONGEST
        ? []
        : [whole(kind, path, doc.text, doc.lines[0]?.n ?? 1)];
    return doc.origin.kind === 'read' ? [] : [...typedFiles(doc), ...bareDaemonJson(doc)];
  },
};

/** The file that was read, or printed with `cat FILE`. */
function pathOf(doc: Document): string {
  if (doc.origin.kind === 'read') return doc.origin.path;
  if (doc.origin.kind !== 'run') return '';
  const argv = doc.origin.argv;
  return argv.some((word) => /(?:^|\/)cat$/.test(word)) && argv.length <= 4 ? (argv.at(-1) ?? '') : '';
}

function kindOf(path: string): Kind | undefined {
  return path === '' ? undefined : KINDS.find((kind) => kind.name.test(path));
}

function whole(kind: Kind, file: string, body: string, line: number): Found {
  const read = parse(kind.format, body);
  const quote = body.trim().split('\n').slice(0, 12).join('\n').slice(0, 600);
  const fields = read.ok ? { values: masked(read.value) } : { values: {}, broken: read.why };
  return found(
    'engine-config',
    { file, engine: kind.engine, ...fields },
    line,
    read.ok ? String(maskValues(quote)) : '',
  );
}

function masked(value: Shape): Record<string, unknown> {
  return shape(maskValues(value)) ?? {};
}

function parse(format: Kind['format'], body: string): { ok: true; value: Shape } | { ok: false; why: string } {
  try {
    const value: unknown =
      format === 'json'
        ? JSON.parse(body)
        : format === 'toml'
          ? parseToml(body)
          : parseYaml(body, { maxAliasCount: 100, logLevel: 'error' });
    const read = shape(value);
    return read ? { ok: true, value: read } : { ok: false, why: 'it holds no settings' };
  } catch (error) {
    return {
      ok: false,
      why: (error instanceof Error ? error.message : String(error)).split('\n')[0]?.slice(0, 200) ?? 'not readable',
    };
  }
}

/** `# cat /etc/docker/daemon.json` in a pasted session: what follows, up to the next prompt. */
function typedFiles(doc: Document): Found[] {
  const results: Found[] = [];
  let open: { kind: Kind; file: string; n: number; body: string[]; size: number } | undefined;
  const flush = () => {
    if (open && open.body.length > 0) {
      const one = whole(open.kind, open.file, open.body.join('\n'), open.n);
      // the end of a pasted file is a guess: only what can be read is told
      if (!('broken' in one.value)) results.push(one);
    }
    open = undefined;
  };
  for (const { n, text } of rows(doc)) {
    const words = /^\s*#\s/.test(text) && open && open.kind.format !== 'json' ? undefined : typed(text);
    if (words || /^\s*cat\s+\/\S+\s*$/.test(text)) {
      flush();
      const command = words ?? text.trim().split(/\s+/);
      const file = command[0] === 'cat' && command.length === 2 ? (command[1] ?? '') : '';
      const kind = kindOf(file);
      if (kind) open = { kind, file, n: n + 1, body: [], size: 0 };
    } else if (open) {
      open.size += text.length;
      if (open.size > LONGEST) open = undefined;
      else open.body.push(text);
      if (open && open.kind.format === 'json' && text.trimEnd() === '}') flush();
    }
  }
  flush();
  return results;
}

/** A JSON object with daemon.json's own keys, without the command that printed it. */
function bareDaemonJson(doc: Document): Found[] {
  if (!/"(?:storage-driver|storage-opts?|data-root|graph|log-opts|log-driver)"/.test(doc.text)) return [];
  return doc.json.flatMap(({ value, line }) => {
    const settings = shape(value);
    const keys = Object.keys(settings ?? {});
    const above = doc.lines[doc.lines.findIndex((one) => one.n === line) - 1]?.text ?? '';
    if (
      !settings ||
      !keys.some((key) => DAEMON_JSON_KEYS.has(key)) ||
      !keys.every((key) => /^[a-z][a-z0-9-]*$/.test(key)) ||
      /daemon\.json/.test(above)
    )
      return [];
    return [
      found(
        'engine-config',
        { file: 'daemon.json', engine: 'docker', values: masked(settings) },
        line,
        JSON.stringify(masked(settings)).slice(0, 400),
      ),
    ];
  });
}
