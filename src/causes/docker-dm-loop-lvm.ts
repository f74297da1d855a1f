import type { Layer } from '../stack/layer.ts';
import { roomBelowLoop } from '../stack/loop-room.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { DATA_SPACE, decisive } from './help/decisive.ts';
import { si } from './help/sizes.ts';
import { fullLook, thinPools } from './help/thin.ts';
import { hiddenExt4, isFull, kernel, mentions, realFileSystems } from './help/thin-signs.ts';

export const dockerDmLoopLvm: Cause = {
  id: 'docker-dm-loop-lvm',
  title: "Docker's devicemapper pool is a sparse file (loop-lvm)",
  severity: 'critical',
  prevalence: 'B',
  about:
    'Without a device of its own, the devicemapper driver puts every image and container into one sparse file, 100 GiB at most by default, on the file system of /var/lib/docker. ' +
    'Two limits wait there: the size of the file, which df never shows, and the disk below it, which fills as the file grows. Whichever comes first makes containers read-only.',
  confirm:
    'docker info with a Data loop file, and Data Space Used equal to Total (the file is full) or Available near zero (the disk below is)',
  lookAlikes: [
    {
      cause: 'loop-file-on-full-backing-fs',
      tell: 'Data Space Available is far below Total - Used: the disk below is the limit',
    },
    { cause: 'docker-dm-basesize', tell: 'one container is full while the pool has room' },
    { cause: 'dm-thin-no-discard', tell: 'the pool is small inside but its file on the disk stays large' },
  ],
  nextCheck: { run: 'docker info', why: 'names the loop file, and shows used, total and available of the pool' },
  remedies: ['grow-loop-pool', 'thin-trim', 'loop-to-direct-lvm', 'switch-to-overlay2'],
  prevention: 'overlay2, or a thin pool on a device of its own',
  sources: [
    'moby daemon/graphdriver/devmapper/deviceset.go (defaultDataLoopbackSize 100 GiB, defaultMetaDataLoopbackSize 2 GiB)',
    'moby#3182',
    'moby#18144',
  ],
  explains: ['ext4-remount-ro', 'ext4-emergency-ro'],
  find,
};

/** From this share on a pool fills, and is not only badly made. */
const FILLS = 0.5;

function find({ facts, from, stack }: Scene): Draft[] {
  const drafts: Draft[] = [];
  for (const pool of thinPools(facts).filter((candidate) => candidate.loop)) {
    const full = fullLook(pool, from);
    const fact = full?.look.fact ?? pool.docker ?? pool.now.fact;
    const total = (full?.look ?? pool.now).dataTotal;
    if (full !== undefined) {
      drafts.push({
        confidence: 'confirmed',
        subject: `thin pool ${pool.name}`,
        score: 70,
        evidence: [decisive(fact, 'the sparse file has given all it may', DATA_SPACE)],
        explanation: `The pool is a sparse file of ${total === undefined ? 'fixed size' : si(total)} behind a loop device, and that size is used up. It can be made larger in place, keeping every image and container.`,
      });
    } else if (from === 'host' || (pool.now.dataFraction ?? 0) > 0.5) {
      drafts.push({
        confidence: 'possible',
        severity: (pool.now.dataFraction ?? 0) > 0.8 ? 'warning' : 'notice',
        subject: `thin pool ${pool.name}`,
        score: 10,
        evidence: [decisive(fact, 'the pool lies on a loop device', /loop/)],
        explanation:
          'Nothing is full now. The pool lives in a sparse file: slow, limited by the size of the file and by the disk below, whichever ends first.',
        remedies: beforeFull(stack.layers, pool.name, pool.now.dataFraction ?? 0),
      });
    }
  }
  if (drafts.length > 0) return drafts;
  const rows = realFileSystems(facts);
  if (hiddenExt4(facts) && rows.every((row) => !isFull(row.value))) {
    drafts.push({
      confidence: 'possible',
      subject: "Docker's pool file",
      score: 60,
      evidence: kernel(facts, 'ext4-bio-error', 'ext4-remount-ro')
        .slice(0, 2)
        .map((fact) => evidence(fact, 'ext4 fails although no disk in df is full')),
      explanation:
        "If the containers' file systems live in Docker's loop file, that file's own size (107.4 GB by default) is the limit, however large the disk is.",
    });
  }
  const said = mentions(facts, 'loop-lvm');
  if (said[0] !== undefined && drafts.length === 0 && facts.has('symptom')) {
    drafts.push({
      confidence: 'possible',
      severity: 'warning',
      subject: "Docker's pool file",
      score: 30,
      evidence: [evidence(said[0], 'the pool is a loop file')],
      explanation:
        "Docker's pool is a sparse file: it is full when the file has reached its size, or when the disk below it is full. docker info tells which.",
    });
  }
  return drafts;
}

/** One that fills is made larger first, where the disk below has the room: minutes, and everything is kept. */
function beforeFull(layers: readonly Layer[], name: string, fraction: number): string[] {
  const better = ['loop-to-direct-lvm', 'switch-to-overlay2'];
  const pool = layers.find((one) => one.kind === 'thin-pool' && one.name === `thin pool ${name}`);
  const grows = pool !== undefined && (roomBelowLoop(pool, layers) ?? 0) > 0;
  if (!grows) return better;
  return fraction > FILLS ? ['grow-loop-pool', ...better] : [...better, 'grow-loop-pool'];
}
