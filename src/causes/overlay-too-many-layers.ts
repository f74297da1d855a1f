import { type Cause, evidence } from './cause.ts';
import { message } from './help/said.ts';

export const overlayTooManyLayers: Cause = {
  id: 'overlay-too-many-layers',
  title: 'The image has more layers than overlay can stack',
  severity: 'warning',
  prevalence: 'B',
  about:
    'overlay mounts take at most 128 layers in Docker (500 in Podman), and all their paths must fit into one page of memory. An image that is committed again and again reaches that. ' +
    'It looks like trouble with the disk and is none.',
  confirm: 'The message "max depth exceeded", or a mount that is "too large 4096 >= page size 4096".',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'the message says no space left on device' }],
  nextCheck: { run: 'docker history -q IMAGE', why: 'one line for each layer' },
  remedies: ['squash-image'],
  sources: [
    'moby daemon/graphdriver/overlay2/overlay.go (maxDepth 128)',
    'containers/storage drivers/overlay (maxDepth 500)',
    'moby/moby#26380',
  ],
  find(scene) {
    const deep = message(scene, 'overlay-max-depth');
    return deep
      ? [
          {
            confidence: 'likely',
            subject: 'the image',
            evidence: [evidence(deep, 'the stack of layers is too deep')],
            explanation: 'The engine refuses to stack that many layers; nothing is full.',
            score: 85,
          },
        ]
      : [];
  },
};
