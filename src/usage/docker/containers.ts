import { listEntries, textOf } from '../../host/tree-files.ts';
import { shape, text } from '../../probes/shape.ts';

/** A container as dockerd keeps it in `<root>/containers/<id>/config.v2.json`. */
export interface ContainerRecord {
  id: string;
  name: string;
  /** image id as it was made from; '' where it is not known */
  image: string;
  state: string;
  created?: number;
  lastUsed?: number;
  /** volumes by name */
  volumes: string[];
  /** the log file, where it stands elsewhere than in its directory */
  logPath?: string;
  /** graph driver or snapshotter of its writable layer */
  driver?: string;
}

export function readContainers(root: string): { containers: ContainerRecord[]; unclear: string[] } {
  const unclear: string[] = [];
  const containers = (listEntries(`${root}/containers`) ?? []).flatMap(({ name, kind }): ContainerRecord[] => {
    if (kind !== 'directory') return [];
    const path = `${root}/containers/${name}/config.v2.json`;
    const config = parsed(textOf(path));
    if (!config) {
      unclear.push(path);
      return [];
    }
    const state = shape(config['State']);
    const created = time(config['Created']);
    const lastUsed = time(state?.['FinishedAt']) ?? time(state?.['StartedAt']);
    const running = state?.['Running'] === true;
    const logPath = text(config['LogPath']);
    const driver = text(config['Driver']);
    return [
      {
        id: name,
        name: (text(config['Name']) ?? '').replace(/^\//, ''),
        image: text(config['Image']) ?? '',
        state: running
          ? state?.['Paused'] === true
            ? 'paused'
            : 'running'
          : state?.['Dead'] === true
            ? 'dead'
            : 'exited',
        volumes: Object.values(shape(config['MountPoints']) ?? {}).flatMap((mount) => {
          const volume = text(shape(mount)?.['Name']);
          return volume ? [volume] : [];
        }),
        ...(created === undefined ? {} : { created }),
        ...(running ? {} : lastUsed === undefined ? {} : { lastUsed }),
        ...(logPath ? { logPath } : {}),
        ...(driver ? { driver } : {}),
      },
    ];
  });
  return { containers, unclear };
}

/** Go writes the year 1 for a time that never was. */
function time(value: unknown): number | undefined {
  const at = Date.parse(text(value) ?? '');
  return Number.isFinite(at) && at > 0 ? at : undefined;
}

function parsed(content: string | undefined): Record<string, unknown> | undefined {
  try {
    return shape(JSON.parse(content ?? ''));
  } catch {
    return undefined;
  }
}
