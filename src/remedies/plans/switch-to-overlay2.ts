import { UllageError } from '../../host/host.ts';
import type { Step } from '../../plan/plan.ts';
import { bringBack, type Carried, carriedContainers, exportStep } from './carry-containers.ts';
import { DAEMON_JSON, mergedDaemonJson } from './daemon-json.ts';
import { directoryStep } from './directory-step.ts';
import { dockerArgv } from './docker-client.ts';
import { type Daemon, dockerDaemon, option, startContainers, stopDaemon } from './docker-daemon.ts';
import { type DockerImage, dockerImages, layerBytes, layerSizes } from './docker-images.ts';
import { roomIn } from './elsewhere.ts';
import { oldDriverData } from './old-driver-data.ts';
import { overlay2Fits } from './overlay2-fits.ts';
import { ask, type PlannedRemedy, type PlanRequest } from './planned.ts';
import { type Restart, restartWithoutFlags } from './storage-flags.ts';

/** Files come to more than their bytes: blocks of 4 KiB, directories, Docker's records. */
const OVERHEAD = 1.1;

export const switchToOverlay2: PlannedRemedy = {
  id: 'switch-to-overlay2',
  settings: [
    {
      name: 'scratch',
      says: 'directory with room for all images and containers as archives; default: beside the data root',
      kind: 'path',
    },
  ],
  *draft(request) {
    const daemon = yield* dockerDaemon(request);
    const { root } = daemon;
    const engine = request.scene.facts.first('engine', (one) => one.engine === 'docker')?.value;
    const driver = engine?.driver ?? '';
    if (driver === 'overlay2')
      throw new UllageError('the storage driver is overlay2 already', root, 'There is nothing to switch');
    if (engine?.driverType?.startsWith('io.containerd'))
      throw new UllageError(
        "Docker keeps its images in containerd's store",
        root,
        'It has no storage driver to switch',
      );
    const curl = yield* ask(['curl', '--version']);
    if (curl.exitCode !== 0)
      throw new UllageError(
        'curl is needed to create containers with all of their configuration',
        'it is not installed there',
        'Install it (7.40 or later)',
      );
    yield* overlay2Fits(root);
    const images = yield* dockerImages(request);
    const containers = yield* carriedContainers(request);
    const sizes = yield* layerSizes(root, driver);
    const imageBytes = layerBytes(images, sizes);
    const containerBytes = containers.reduce((sum, one) => sum + one.bytes, 0);
    const need = Math.ceil((imageBytes + containerBytes) * OVERHEAD) + 64 * 2 ** 20;
    const scratch = request.settings.get('scratch') ?? root.replace(/\/[^/]+$/, '');
    const room = yield* roomIn(scratch);
    const home = yield* roomIn(root);
    if (!room || !home) throw new UllageError('no such directory', scratch, 'Give --set scratch=DIR');
    const same = room.device === home.device;
    if (room.available < need * (same ? 2 : 1) || home.available < need)
      throw new UllageError(
        'too little room',
        `${scratch} has ${room.available} bytes, ${root} ${home.available}; ${need} are needed for the archives and ${need} for the new store`,
        'Give --set scratch=DIR on another disk, or move the data root first: ullage plan move-data-root --set to=DIR',
      );
    const directory = `${scratch.replace(/\/$/, '')}/${request.id}-saved`;
    const restart = yield* restartWithoutFlags(daemon);
    const config = yield* mergedDaemonJson(
      { 'storage-driver': 'overlay2', 'storage-opts': undefined },
      option(daemon.args, '--config-file') ?? DAEMON_JSON,
    );
    const old = yield* oldDriverData(
      root,
      driver,
      containers.map((one) => one.id),
    );
    const socket = engine?.socket ?? '/var/run/docker.sock';
    const running = containers.filter((one) => one.running);
    const copied = need / 40e6;
    const written = imageBytes + containerBytes;
    const whole = home.available + old.bytes(written) - written;
    const before = request.scene.headroom.find((one) => one.consumer === root)?.bytes;
    return {
      on: root,
      settings: { scratch },
      predicted: {
        consumer: root,
        ...(before === undefined ? {} : { headroomBefore: before }),
        headroomAfter: whole,
        downtime: Math.round(30 + copied * 2),
        seconds: Math.round(60 + copied * 3),
        risk: 'downtime',
      },
      notes: [
        `${images.length} images keep their ids and tags; ${containers.length} containers keep name, files, configuration and volumes, and get new ids.`,
        'Digests by which images were pulled are not in the archives: docker pull learns them again.',
        `What ${driver} held stays until you confirm: until then ullage undo brings back everything as it was, and ${root} has ${whole - old.bytes(written) - (same ? written : 0)} bytes free, not ${whole}.`,
        ...old.notes,
      ],
      treats: [root],
      steps: [
        directoryStep(
          directory,
          'A directory for the archives',
          'Images and containers of one driver are not seen by another: they are saved and brought back.',
        ),
        ...saveImages(request, images, containers, directory),
        ...stopContainers(request, running),
        ...containers.map((one) => exportStep(request, one, directory)),
        stopDaemon(request, daemon, 'The driver is chosen when it starts.'),
        driverStep([config, ...restart.writes], driver),
        startUnder(request, daemon, restart),
        ...loadImages(request, images, containers, directory),
        ...containers.flatMap((one) => bringBack(request, one, directory, socket)),
        ...startContainers(
          request,
          running.map((one) => one.name),
        ),
        {
          id: 'delete-old',
          title: `Delete what ${driver} held, and the archives`,
          why: 'Everything in it is in the new store.',
          confirm:
            'Look whether everything works: docker ps, your services. Until you confirm, ullage undo brings the old driver back.',
          run: [...old.run, ['rm', '-rf', directory]],
          before: [driverIs(request, 'overlay2'), ...old.before],
          after: [...old.after, { says: 'the archives are gone', run: ['test', '-e', directory], exit: 1 }],
          risk: 'destructive',
          idempotent: true,
          timeout: 7200,
          ifStopped: 'Docker works under overlay2; some of the old data is still there.',
        },
      ],
    };
  },
};

/** By every tag; an image without one by its id, where a container stands on it. */
function references(images: readonly DockerImage[], containers: readonly Carried[]): string[] {
  return images.flatMap((image) =>
    image.tags.length > 0 ? image.tags : containers.some((one) => one.image === image.id) ? [image.id] : [],
  );
}

function saveImages(
  request: PlanRequest,
  images: readonly DockerImage[],
  containers: readonly Carried[],
  directory: string,
): Step[] {
  const names = references(images, containers);
  if (names.length === 0) return [];
  const file = `${directory}/images.tar`;
  return [
    {
      id: 'save-images',
      title: `Save ${images.length} images`,
      why: 'An archive of docker save keeps layers and ids.',
      run: [dockerArgv(request, 'save', '--output', file, ...names)],
      undo: [],
      before: [],
      after: [{ says: 'the archive is whole', run: ['tar', '-tf', file], matches: '^manifest\\.json$' }],
      risk: 'online',
      idempotent: true,
      timeout: 4 * 3600,
      settle: 0,
      ifStopped: 'Nothing has changed.',
    },
  ];
}

function loadImages(
  request: PlanRequest,
  images: readonly DockerImage[],
  containers: readonly Carried[],
  directory: string,
): Step[] {
  const names = references(images, containers);
  if (names.length === 0) return [];
  const ids = images
    .filter((image) => image.tags.length > 0 || containers.some((one) => one.image === image.id))
    .map((image) => image.id);
  return [
    {
      id: 'load-images',
      title: 'Bring the images back',
      why: 'Docker computes every layer anew and compares it with its digest.',
      run: [dockerArgv(request, 'load', '--quiet', '--input', `${directory}/images.tar`)],
      undo: [],
      before: [],
      after: [
        {
          says: 'every image is there, with its id',
          run: dockerArgv(request, 'image', 'inspect', '--format', '{{.Id}}', ...ids),
        },
        { says: 'every tag is there', run: dockerArgv(request, 'image', 'inspect', '--format', '{{.Id}}', ...names) },
      ],
      risk: 'online',
      idempotent: true,
      timeout: 4 * 3600,
      ifStopped: 'Some images are there; containers are not yet.',
    },
  ];
}

function stopContainers(request: PlanRequest, running: readonly Carried[]): Step[] {
  if (running.length === 0) return [];
  const names = running.map((one) => one.name);
  const state = {
    run: dockerArgv(request, 'inspect', '--type', 'container', '--format', '{{.State.Running}}', ...names),
  };
  return [
    {
      id: 'stop-containers',
      title: `Stop ${names.join(', ')}`,
      why: 'So that what is saved is what they leave behind.',
      run: [dockerArgv(request, 'stop', ...names)],
      undo: [dockerArgv(request, 'start', ...names)],
      before: [],
      after: [{ says: 'they are stopped', ...state, lacks: 'true' }],
      risk: 'downtime',
      idempotent: true,
      timeout: 60 + 15 * names.length,
      settle: 10,
      ifStopped: 'The containers are stopped: resume, undo, or docker start them.',
    },
  ];
}

function driverStep(writes: NonNullable<Step['writes']>, driver: string): Step {
  return {
    id: 'driver',
    title: 'Say overlay2 in daemon.json',
    why: `The options of ${driver} are taken out; everything else stays as it is.`,
    run: [],
    writes,
    undo: [],
    before: [],
    after: [],
    risk: 'downtime',
    idempotent: true,
    ifStopped: 'Docker is down; resume or undo, or start it: it will use overlay2.',
  };
}

function startUnder(request: PlanRequest, daemon: Daemon, restart: Restart): Step {
  return {
    id: 'start-docker',
    title: 'Start Docker under overlay2',
    why: 'It makes its new store beside the old one.',
    run: restart.start,
    undo: daemon.stop,
    undoIf: [driverIs(request, 'overlay2')],
    before: [],
    after: [driverIs(request, 'overlay2')],
    risk: 'downtime',
    idempotent: true,
    timeout: 120,
    settle: 180,
    ifStopped: 'Docker runs with an empty store; everything is in the archives, and in the old store.',
  };
}

function driverIs(request: PlanRequest, driver: string) {
  return {
    says: `Docker's storage driver is ${driver}`,
    run: dockerArgv(request, 'info', '--format', '{{.Driver}}'),
    matches: `^${driver}$`,
  };
}
