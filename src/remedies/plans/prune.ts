import { UllageError } from '../../host/host.ts';
import type { Argv, Step } from '../../plan/plan.ts';
import { dockerArgv } from './docker-client.ts';
import { type DockerImage, dockerImages, layerSizes } from './docker-images.ts';
import { roomIn } from './elsewhere.ts';
import { ask, type PlannedRemedy, restOfList } from './planned.ts';

type Docker = (...words: string[]) => Argv;

export const prune: PlannedRemedy = {
  id: 'prune',
  settings: [
    { name: 'older', says: 'only what was made more than so many hours ago; default 240', kind: 'number' },
    {
      name: 'keep',
      says: 'directory on another disk: images that no registry has, and stopped containers, are saved there and then deleted too',
      kind: 'path',
    },
  ],
  *draft(request) {
    const docker: Docker = (...words) => dockerArgv(request, ...words);
    const hours = Number(request.settings.get('older') ?? '240');
    const keep = request.settings.get('keep');
    const root = (yield* ask(docker('info', '--format', '{{.DockerRootDir}}'))).stdout.trim();
    const driver = (yield* ask(docker('info', '--format', '{{.Driver}}'))).stdout.trim();
    if (!root.startsWith('/'))
      throw new UllageError('Docker does not answer', 'docker info', 'Is it running? Podman: podman system prune');
    if (keep !== undefined && !(yield* roomIn(keep)))
      throw new UllageError('no such directory', `--set keep=${keep}`, 'Make it first');
    const used = yield* restOfList(
      'the containers',
      docker('ps', '-a', '--no-trunc', '--format', '{{.ID}} {{.Image}}'),
      '^(\\S+)',
    );
    const containers =
      used.stdout.trim() === ''
        ? []
        : used.stdout
            .trim()
            .split('\n')
            .map((line) => line.split(' ')[0] ?? '');
    const imageOf =
      containers.length === 0
        ? ''
        : (yield* ask(
            docker(
              'inspect',
              '--format',
              '{{.Image}} {{.State.Status}} {{.State.FinishedAt}} {{.Id}} {{.Name}}',
              ...containers,
            ),
          )).stdout;
    const rows = imageOf
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' '));
    const before = Date.now() - hours * 3_600_000;
    const stopped =
      keep === undefined
        ? []
        : rows.filter(([, state, at]) => (state === 'exited' || state === 'created') && Date.parse(at ?? '') < before);
    const gone = new Set(stopped.map(([, , , id]) => id));
    const inUse = new Set(rows.filter(([, , , id]) => !gone.has(id)).map(([image]) => image));
    const images = yield* dockerImages(request);
    const old = images.filter(
      (image) =>
        !inUse.has(image.id) &&
        image.created < before &&
        (image.digests.length > 0 || image.tags.length === 0 || keep !== undefined),
    );
    const sizes = yield* layerSizes(root, driver);
    const cache = yield* ask(docker('system', 'df', '--format', '{{.Type}}\t{{.Reclaimable}}'));
    const steps: Step[] = [];
    for (const [, , , id = '', name = ''] of stopped)
      steps.push(...containerSteps(docker, id, name.replace(/^\//, ''), keep ?? ''));
    for (const image of old) steps.push(...imageSteps(docker, image, keep));
    const cacheBytes = si(/^Build Cache\t(\S+)/m.exec(cache.stdout)?.[1] ?? '0B');
    if (cacheBytes > 0) steps.push(cacheStep(docker, hours));
    if (steps.length === 0)
      throw new UllageError(
        'nothing is old enough and unused',
        `${images.length} images, ${containers.length} containers, ${hours} hours`,
        'Give --set older=24, or --set keep=DIR to let go of images that no registry has',
      );
    const freed = layersFreed(images, old, sizes);
    const available = request.scene.headroom.find((room) => room.consumer === root)?.bytes;
    return {
      on: root,
      settings: { older: String(hours), ...(keep === undefined ? {} : { keep }) },
      predicted: {
        consumer: root,
        ...(available === undefined ? {} : { headroomBefore: available, headroomAfter: available + freed }),
        freed,
        downtime: 0,
        seconds: 5 * steps.length,
        risk: 'destructive',
      },
      notes: [
        `${old.length} images: ${old.map((image) => image.tags[0] ?? image.digests[0] ?? image.id.slice(7, 19)).join(', ')}`,
        ...(cacheBytes > 0
          ? [`The build cache may give back up to ${cacheBytes} bytes more; how much of it is older is not known.`]
          : []),
        ...(keep === undefined
          ? [
              'Images that were built here and no registry has are left alone, and so are containers: --set keep=DIR saves and then deletes them.',
            ]
          : []),
      ],
      treats: [root],
      steps,
    };
  },
};

/** Layers that only images on the way out have: each once. */
function layersFreed(
  images: readonly DockerImage[],
  old: readonly DockerImage[],
  sizes: ReadonlyMap<string, number>,
): number {
  const kept = new Set(images.filter((image) => !old.includes(image)).flatMap((image) => image.layers));
  const gone = new Set(old.flatMap((image) => image.layers).filter((layer) => !kept.has(layer)));
  return [...gone].reduce((sum, layer) => sum + (sizes.get(layer) ?? 0), 0);
}

function imageSteps(docker: Docker, image: DockerImage, keep: string | undefined): Step[] {
  const short = image.id.slice(7, 19);
  const name = image.tags[0] ?? image.digests[0] ?? short;
  const saves = image.digests.length === 0 && image.tags.length > 0 && keep !== undefined;
  const file = `${keep}/${short}.tar`;
  const remove: Step = {
    id: `image-${short}`,
    title: `Delete the image ${name}`,
    why:
      image.digests.length > 0
        ? `No container uses it; it can be pulled again: docker pull ${image.digests[0]}`
        : saves
          ? `No container uses it; it is saved in ${file}.`
          : 'It has no name and no container uses it.',
    run: [docker('image', 'rm', ...(image.tags.length > 0 ? image.tags : [image.id]))],
    ...(saves
      ? { undo: [docker('load', '--input', file)] }
      : image.digests[0]
        ? { undo: [docker('pull', image.digests[0])] }
        : {}),
    before: saves ? [{ says: 'the copy is whole', run: ['tar', '-tf', file], matches: '^manifest.json$' }] : [],
    after: [
      {
        says: 'it is gone',
        run: docker('image', 'inspect', '--format', '{{.Id}}', image.tags[0] ?? image.id),
        exit: 1,
      },
    ],
    risk: 'destructive',
    idempotent: false,
    ifStopped: 'The other images are untouched.',
  };
  if (!saves) return [remove];
  return [
    {
      id: `save-${short}`,
      title: `Save ${name}`,
      why: 'No registry is known to have it.',
      run: [docker('save', '--output', file, ...image.tags)],
      undo: [],
      before: [],
      after: [{ says: 'the copy is whole', run: ['tar', '-tf', file], matches: '^manifest.json$' }],
      risk: 'online',
      idempotent: true,
      timeout: 7200,
      ifStopped: 'Nothing is deleted.',
    },
    remove,
  ];
}

function containerSteps(docker: Docker, id: string, name: string, keep: string): Step[] {
  const file = `${keep}/container-${id.slice(0, 12)}.tar`;
  return [
    {
      id: `export-${id.slice(0, 12)}`,
      title: `Save the files of the stopped container ${name}`,
      why: 'It may hold the only copy of its data.',
      run: [docker('export', '--output', file, id)],
      undo: [],
      before: [
        { says: 'it is stopped', run: docker('inspect', '--format', '{{.State.Running}}', id), matches: '^false$' },
      ],
      after: [{ says: 'the copy is whole', run: ['tar', '-tf', file] }],
      risk: 'online',
      idempotent: true,
      timeout: 7200,
      ifStopped: 'Nothing is deleted.',
    },
    {
      id: `container-${id.slice(0, 12)}`,
      title: `Delete the stopped container ${name}`,
      why: `It has not run for long; its files are in ${file}.`,
      run: [docker('rm', id)],
      before: [
        { says: 'it is stopped', run: docker('inspect', '--format', '{{.State.Running}}', id), matches: '^false$' },
        { says: 'the copy is whole', run: ['tar', '-tf', file] },
      ],
      after: [{ says: 'it is gone', run: docker('inspect', '--format', '{{.Id}}', id), exit: 1 }],
      risk: 'destructive',
      idempotent: false,
      ifStopped: 'The other containers are untouched.',
    },
  ];
}

function cacheStep(docker: Docker, hours: number): Step {
  return {
    id: 'build-cache',
    title: `Delete build cache that was not used for ${hours} hours`,
    why: 'It is made again by the next build.',
    run: [docker('builder', 'prune', '--force', '--filter', `until=${hours}h`)],
    undo: [],
    before: [],
    after: [],
    risk: 'online',
    idempotent: true,
    timeout: 1800,
    ifStopped: 'Builds take longer once.',
  };
}

/** `1.23GB` as Docker prints it: units of 1000 (go-units). */
function si(text: string): number {
  const [, value = '0', unit = 'B'] = /^([\d.]+)([kMGT]?B)/.exec(text) ?? [];
  return Math.round(
    Number(value) * (({ B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12 } as Record<string, number>)[unit] ?? 1),
  );
}
