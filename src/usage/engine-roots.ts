import { UllageError } from '../host/host.ts';
import { entryOf, listEntries, realPath, textOf } from '../host/tree-files.ts';
import { shape, text } from '../probes/shape.ts';
import { isContainerdRoot } from './containerd/ledger.ts';
import { isDockerRoot } from './docker/look.ts';
import { isStorageRoot } from './podman/ledger.ts';

/**
 * Where engines keep their data on this machine: the usual places, what running daemons were told, their
 * configuration, and the homes of users who run them without root.
 * @throws UllageError when there is none that can be seen
 */
export function engineRoots(): string[] {
  const homes = ['/root', ...(listEntries('/home') ?? []).map(({ name }) => `/home/${name}`)];
  const data = [...homes.map((home) => `${home}/.local/share`), process.env['XDG_DATA_HOME'] ?? ''].filter(Boolean);
  const candidates = [
    '/var/lib/docker',
    '/var/lib/containerd',
    '/var/lib/containers/storage',
    ...configured(),
    ...told(),
    ...data.flatMap((at) => [`${at}/docker`, `${at}/containerd`, `${at}/containers/storage`]),
  ];
  const roots = new Set(candidates.filter((path) => entryOf(path) !== undefined).map(realPath));
  const found = [...roots].filter((path) => isDockerRoot(path) || isContainerdRoot(path) || isStorageRoot(path));
  if (found.length === 0)
    throw new UllageError(
      'no data of Docker, containerd or Podman found',
      'this host',
      'Name a directory, a device or an image: ullage usage PATH; root sees more',
    );
  return found;
}

function configured(): string[] {
  const docker = shape(json(textOf('/etc/docker/daemon.json')));
  const containerd = /^\s*root\s*=\s*["'](\/[^"']+)["']/m.exec(textOf('/etc/containerd/config.toml') ?? '')?.[1];
  const storage = /^\s*graphroot\s*=\s*["'](\/[^"']+)["']/m.exec(textOf('/etc/containers/storage.conf') ?? '')?.[1];
  return [text(docker?.['data-root']), text(docker?.['graph']), containerd, storage].filter(
    (path) => path !== undefined,
  );
}

/** `--data-root`, `-g`, `--root` of running daemons. */
function told(): string[] {
  return (listEntries('/proc') ?? []).flatMap(({ name }): string[] => {
    if (!/^\d+$/.test(name)) return [];
    const words = textOf(`/proc/${name}/cmdline`, 1 << 20)?.split('\0') ?? [];
    const program = words[0]?.slice(words[0].lastIndexOf('/') + 1) ?? '';
    if (!/^(?:dockerd|containerd)$/.test(program)) return [];
    return words.flatMap((word, i) => {
      const option = /^--?(?:data-root|graph|g|root)(?:=(.+))?$/.exec(word);
      const path = option ? (option[1] ?? words[i + 1]) : undefined;
      return path?.startsWith('/') ? [path] : [];
    });
  });
}

function json(content: string | undefined): unknown {
  try {
    return JSON.parse(content ?? '');
  } catch {
    return undefined;
  }
}
