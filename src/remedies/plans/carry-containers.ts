import { type Ran, UllageError } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { dockerArgv } from './docker-client.ts';
import { ask, type PlanRequest, restOfList } from './planned.ts';

type Json = Record<string, unknown>;

/** A container with everything that makes it anew under another driver. */
export interface Carried {
  id: string;
  name: string;
  image: string;
  running: boolean;
  /** bytes of its root file system, as Docker counts them */
  bytes: number;
  /** body of POST /containers/create */
  create: Json;
  /** networks beyond the one that it is created in */
  moreNetworks: string[];
}

/** Every container of the daemon. The plan rests on which there are and which run. */
export function* carriedContainers(request: PlanRequest): Generator<Look, Carried[], Ran> {
  const listed = yield* restOfList(
    'the containers',
    dockerArgv(request, 'ps', '--all', '--no-trunc', '--format', '{{.ID}} {{.State}}'),
    '^(\\S+ \\S+)',
  );
  const ids = listed.stdout
    .split('\n')
    .map((line) => line.split(' ')[0] ?? '')
    .filter((id) => id !== '');
  if (ids.length === 0) return [];
  // sizes are found by walking each root file system
  const told = yield* ask(dockerArgv(request, 'inspect', '--size', '--type', 'container', ...ids), 600_000);
  if (told.exitCode !== 0)
    throw new UllageError(
      'a container cannot be looked at',
      told.stderr.trim(),
      'Docker must be able to open all of them; remove or mend the one it names',
    );
  return (JSON.parse(told.stdout) as Inspect[]).map(carried);
}

interface Inspect {
  Id: string;
  Name: string;
  Image: string;
  State: { Running: boolean };
  SizeRootFs?: number;
  Config: Json & { Image?: string };
  HostConfig: Json & { Binds?: string[] | null; Mounts?: Json[] | null; NetworkMode?: string };
  Mounts?: { Type: string; Name?: string; Destination: string; RW: boolean }[];
  NetworkSettings?: { Networks?: Record<string, Json> };
}

function carried(one: Inspect): Carried {
  const name = one.Name.replace(/^\//, '');
  const networks = Object.entries(one.NetworkSettings?.Networks ?? {}).filter(
    ([network]) => !['bridge', 'host', 'none'].includes(network),
  );
  const [first, ...more] = networks;
  const { StorageOpt: _, ...hostConfig } = one.HostConfig;
  return {
    id: one.Id,
    name,
    image: one.Image,
    running: one.State.Running,
    bytes: one.SizeRootFs ?? 0,
    create: {
      ...one.Config,
      HostConfig: { ...hostConfig, Mounts: [...(one.HostConfig.Mounts ?? []), ...anonymousVolumes(one)] },
      ...(first ? { NetworkingConfig: { EndpointsConfig: { [first[0]]: endpoint(first[1]) } } } : {}),
    },
    moreNetworks: more.map(([network]) => network),
  };
}

/** A volume that the image asked for has no line in HostConfig: without one, a new empty volume would be made. */
function anonymousVolumes({ HostConfig, Mounts }: Inspect): Json[] {
  const named = new Set([
    ...(HostConfig.Binds ?? []).map((bind) => bind.split(':')[1]),
    ...(HostConfig.Mounts ?? []).map((mount) => mount['Target']),
  ]);
  return (Mounts ?? [])
    .filter((mount) => mount.Type === 'volume' && mount.Name !== undefined && !named.has(mount.Destination))
    .map((mount) => ({ Type: 'volume', Source: mount.Name, Target: mount.Destination, ReadOnly: !mount.RW }));
}

/** What the operator chose of an endpoint; the rest is the network's to give. */
function endpoint(settings: Json): Json {
  return Object.fromEntries(
    ['IPAMConfig', 'Links', 'Aliases'].flatMap((key) => (settings[key] ? [[key, settings[key]]] : [])),
  );
}

/** The image that a container's files are brought back as. */
export function importedName(request: PlanRequest, container: Carried): string {
  return `ullage-carried/${container.id.slice(0, 12)}:${request.id}`;
}

/** Its whole root file system, while it is stopped. */
export function exportStep(request: PlanRequest, container: Carried, directory: string): Step {
  const file = `${directory}/${container.id.slice(0, 12)}.tar`;
  return {
    id: `export-${container.id.slice(0, 12)}`,
    title: `Save the files of ${container.name}`,
    why: 'Its changes are not in any image.',
    run: [dockerArgv(request, 'export', '--output', file, container.id)],
    undo: [['rm', '-f', file]],
    before: [
      {
        says: 'it is stopped',
        run: dockerArgv(request, 'inspect', '--type', 'container', '--format', '{{.State.Running}}', container.id),
        matches: '^false$',
      },
    ],
    after: [{ says: 'the copy is whole', run: ['tar', '-tf', file] }],
    risk: 'downtime',
    idempotent: true,
    timeout: 7200,
    settle: 0,
    ifStopped: 'Nothing has changed but that containers are stopped.',
  };
}

/** The same container under the new driver: files, name, configuration, volumes. */
export function bringBack(request: PlanRequest, container: Carried, directory: string, socket: string): Step[] {
  const short = container.id.slice(0, 12);
  const image = importedName(request, container);
  const body = `${directory}/${short}.json`;
  const inspect = (format: string, ...what: string[]) => dockerArgv(request, 'inspect', '--format', format, ...what);
  return [
    {
      id: `files-${short}`,
      title: `Bring the files of ${container.name} back`,
      why: 'As an image of its own, deletions and changes in it.',
      run: [dockerArgv(request, 'import', `${directory}/${short}.tar`, image)],
      undo: [dockerArgv(request, 'image', 'rm', image)],
      undoIf: [{ says: 'they are there', run: inspect('{{.Id}}', '--type', 'image', image) }],
      before: [],
      after: [{ says: 'they are there', run: inspect('{{.Id}}', '--type', 'image', image) }],
      risk: 'online',
      idempotent: true,
      timeout: 7200,
      ifStopped: `${container.name} is not there yet; under the old driver it still is.`,
    },
    {
      id: `create-${short}`,
      title: `Create ${container.name} with the configuration it had`,
      why: 'Name, environment, ports, volumes, limits: as docker inspect told.',
      writes: [
        { path: body, content: `${JSON.stringify({ ...container.create, Image: image }, null, 1)}\n`, mode: '0600' },
      ],
      run: [
        [
          'curl',
          '--silent',
          '--show-error',
          '--fail',
          '--unix-socket',
          socket,
          '--header',
          'Content-Type: application/json',
          '--data-binary',
          `@${body}`,
          `http://localhost/containers/create?name=${encodeURIComponent(container.name)}`,
        ],
      ],
      undo: [dockerArgv(request, 'rm', '--force', container.name)],
      undoIf: [
        {
          says: 'it is there',
          run: inspect('{{.Config.Image}}', '--type', 'container', container.name),
          matches: `^${image}$`,
        },
      ],
      before: [
        { says: 'there is none of that name', run: inspect('{{.Id}}', '--type', 'container', container.name), exit: 1 },
      ],
      after: [
        {
          says: 'it is there',
          run: inspect('{{.Config.Image}}', '--type', 'container', container.name),
          matches: `^${image}$`,
        },
      ],
      risk: 'online',
      idempotent: false,
      ifStopped: `${container.name} is there, not started.`,
    },
    ...container.moreNetworks.map(
      (network, index): Step => ({
        id: `network-${short}-${index}`,
        title: `Connect ${container.name} to ${network}`,
        why: 'It was in more than one network.',
        run: [dockerArgv(request, 'network', 'connect', network, container.name)],
        undo: [],
        before: [],
        after: [
          {
            says: 'it is connected',
            run: inspect('{{range $k, $v := .NetworkSettings.Networks}}{{println $k}}{{end}}', container.name),
            matches: `^${network}$`,
          },
        ],
        risk: 'online',
        idempotent: false,
        ifStopped: 'It lacks a network.',
      }),
    ),
  ];
}
