import { type Cause, evidence } from './cause.ts';
import { weigh } from './help/consumer.ts';
import { containerdStore } from './help/engines.ts';
import { GIB, share, size } from './help/format.ts';

export const containerdStoreKeepsBoth: Cause = {
  id: 'containerd-store-keeps-both',
  title: 'The containerd image store keeps blobs and unpacked layers',
  severity: 'notice',
  prevalence: 'A',
  about:
    'Docker 29 and newer start with the containerd image store. It keeps each layer twice: compressed as it was pulled, and unpacked as a snapshot. ' +
    'The same images take up to half as much again as before; during a pull more still.',
  confirm: 'docker info shows driver-type io.containerd.snapshotter.v1; du of io.containerd.content.v1.content.',
  lookAlikes: [{ cause: 'docker-two-stores', tell: 'the old overlay2 directory is still large too' }],
  nextCheck: {
    run: 'du -xsh /var/lib/containerd/io.containerd.content.v1.content',
    why: 'shows what the compressed copies take',
  },
  remedies: ['docker-image-prune', 'grow-file-system'],
  sources: ['docs.docker.com: containerd image store', 'containerd/containerd#4249'],
  find(scene) {
    const engine = containerdStore(scene);
    const content = scene.facts.last('directory-size', (value) =>
      /io\.containerd\.content\.v1\.content\/?(?:blobs)?$/.test(value.path),
    );
    if (!content || content.value.bytes < GIB) return [];
    const snapshots = scene.facts.last('directory-size', (value) =>
      /io\.containerd\.snapshotter\.v1\.[a-z]+\/?(?:snapshots)?$/.test(value.path),
    );
    const weight = weigh(scene, content.value.bytes, content.value.path);
    return [
      {
        confidence: engine ? 'likely' : 'possible',
        severity: scene.from === 'text' ? 'warning' : weight.full ? 'warning' : 'notice',
        subject: content.value.path,
        evidence: [
          evidence(content, `compressed copies take ${size(content.value.bytes)}`),
          ...(snapshots ? [evidence(snapshots, 'unpacked layers')] : []),
          ...(engine ? [evidence(engine, 'the containerd image store is in use')] : []),
        ],
        explanation: `The compressed copies of the images take ${size(content.value.bytes)}${snapshots ? `, ${share(content.value.bytes, content.value.bytes + snapshots.value.bytes)} of blobs and snapshots together` : ''}. They belong to the images and go with them.`,
        score: 35,
      },
    ];
  },
};
