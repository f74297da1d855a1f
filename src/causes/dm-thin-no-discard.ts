import type { Fact, Facts } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { iec, percentOf, si } from './help/sizes.ts';
import { thinPools } from './help/thin.ts';
import { strandedVolumes } from './help/thin-mapped.ts';
import { argumentsOf, dockerOnDeviceMapper, mentioned, mentions, messages, onThin } from './help/thin-signs.ts';

export const dmThinNoDiscard: Cause = {
  id: 'dm-thin-no-discard',
  title: 'deleted data is not given back: discards do not reach the pool or its file',
  severity: 'warning',
  prevalence: 'B',
  about:
    'Deleting files or images frees blocks inside a volume, but the layer below learns of it only through discards. Where a mount option, the driver, LVM or the file system under a loop file does not pass them on, ' +
    'the pool (or its sparse file on the disk) keeps its largest size for ever.',
  confirm:
    'used blocks do not fall after deleting, and do after fstrim; or DISC-MAX 0, ignore_discard, dm.blkdiscard=false somewhere in the chain',
  lookAlikes: [
    {
      cause: 'docker-dm-leaked-thin-devices',
      tell: 'no image and no container, and the pool itself counts used blocks',
    },
    { cause: 'deleted-but-open', tell: 'a process still holds the deleted file: lsof +L1' },
  ],
  nextCheck: { run: 'lsblk -D', why: 'DISC-MAX 0 anywhere between the volume and the disk stops discards' },
  remedies: ['thin-trim', 'enable-discards', 'loop-to-direct-lvm', 'switch-to-overlay2'],
  prevention: 'fstrim on a timer, discards passed down',
  sources: [
    'kernel thin-provisioning.rst',
    'moby#3182',
    'moby#9786',
    'containerd docs/snapshotters/devmapper.md (discard_blocks)',
  ],
  find,
};

function find(scene: Scene): Draft[] {
  const { facts, from } = scene;
  const draft = fromSettings(facts) ?? (from === 'text' ? fromStory(facts) : undefined);
  return draft === undefined ? [] : [draft];
}

const HELD_OPEN = /\bopen\b|\bheld\b|\bhold|lsof|\(deleted\)|descriptor/i;

/** Somebody deleted things and the space did not come back, on a thin pool. */
function fromStory(facts: Facts): Draft | undefined {
  if (!onThin(facts)) return undefined;
  if (
    facts.has('open-deleted') ||
    mentions(facts, 'deleted-files-held-open').some((fact) => HELD_OPEN.test(fact.quote)) ||
    messages(facts, 'docker-thin-pool-min-free', 'docker-dm-pool-already-used').length > 0
  )
    return undefined;
  const words = mentions(facts, 'space-not-returned', 'du-does-not-explain', 'everything-was-pruned');
  const removals = facts
    .all('command', (command) => /^(dmsetup|docker|lvremove|ctr|rm)$/.test(command.program))
    .filter(removes);
  const directory = facts.last('directory-size', (value) =>
    /\/devicemapper|\/devmapper|\/snapshotter/.test(value.path),
  );
  const pool = thinPools(facts)[0];
  if (pool?.now.full === true) return undefined;
  const loopFile = pool?.loop === true && (pool.now.dataFraction ?? 1) < 0.9;
  const complains = words.length > 0 || directory !== undefined;
  if (!complains || (words.length === 0 && removals.length === 0 && !loopFile)) return undefined;
  const strong =
    words.length > 0 &&
    (removals.length > 0 || loopFile || directory !== undefined || mentioned(facts, 'devicemapper', 'thin-pool'));
  const { dataUsed } = pool?.now ?? {};
  return {
    confidence: strong || (loopFile && directory !== undefined) ? 'likely' : 'possible',
    subject: directory?.value.path ?? (pool === undefined ? 'the thin pool' : `thin pool ${pool.name}`),
    score: 65,
    evidence: [
      ...words.slice(0, 2).map((fact) => evidence(fact, 'deleted, and the space did not return')),
      ...removals.slice(0, 1).map((fact) => evidence(fact, 'what was removed')),
      ...(directory === undefined ? [] : [evidence(directory, `${iec(directory.value.bytes)} on the disk`)]),
      ...(pool?.docker === undefined ? [] : [evidence(pool.docker, 'the pool as Docker sees it')]),
    ],
    explanation:
      `Images, containers or volumes were removed and the space is still taken${dataUsed === undefined ? '' : ` (the pool counts ${si(dataUsed)} as used)`}. ` +
      'Removing frees blocks inside the pool; the sparse file or device below shrinks only if discards are passed down to it, and the file system below must be able to punch holes (ext3 cannot).',
  };
}

function removes(fact: Fact<'command'>): boolean {
  return (
    /^(remove|rm|rmi|prune|delete)\b/.test(argumentsOf(fact).join(' ')) ||
    /^(lvremove)$/.test(fact.value.program) ||
    argumentsOf(fact).some((word) => /^(rm|rmi|prune|remove|del|delete)$/.test(word))
  );
}

/** A pool that fills, and a setting or a count that shows deleted data is never given back. */
function fromSettings(facts: Facts): Draft | undefined {
  const stranded = strandedVolumes(facts);
  const pools = thinPools(facts);
  const alone = pools.length === 0 ? stranded[0] : undefined;
  if (alone !== undefined) {
    return {
      confidence: 'likely',
      subject: alone.name,
      score: 50,
      evidence: [
        evidence(alone.volume, `${iec(alone.mapped)} of the pool`),
        evidence(alone.fileSystem, `for ${iec(alone.used)} of files`),
      ],
      explanation: `${alone.name} holds ${iec(alone.mapped)} of its pool for ${iec(alone.used)} of files: what was deleted there was never given back. fstrim gives it back, if discards get through.`,
    };
  }
  for (const pool of pools) {
    const used = pool.now.dataFraction ?? 0;
    if (used < 0.75 || pool.now.full) continue;
    const status = pool.looks.findLast((look) => look.status !== undefined);
    const ignored = status?.status?.discard === 'ignore_discard' ? status.fact : undefined;
    const byLvm = pool.lv?.value.discards === 'ignore' ? pool.lv : undefined;
    const option = dockerOnDeviceMapper(facts)
      ? facts.last('process', (value) =>
          value.args.some((arg) => /dm\.blkdiscard=false|dm\.mountopt=[^ ]*nodiscard/.test(arg)),
        )
      : undefined;
    const device = facts.last(
      'block',
      (block) => block.discardMax === 0 && stranded.some((volume) => volume.name === block.name),
    );
    const proof = ignored ?? byLvm ?? option ?? device;
    const volume = stranded[0];
    if (proof === undefined && volume === undefined) continue;
    return {
      confidence: 'likely',
      subject: `thin pool ${pool.name}`,
      score: 55,
      evidence: [
        evidence(pool.now.fact, `${percentOf(used)} used`),
        ...(volume === undefined
          ? []
          : [
              evidence(volume.volume, `${iec(volume.mapped)} of the pool`),
              evidence(volume.fileSystem, `for ${iec(volume.used)} of files`),
            ]),
        ...(proof === undefined ? [] : [evidence(proof, 'discards are not passed')]),
      ],
      explanation:
        volume === undefined
          ? 'What containers delete is never given back to the pool: discards are switched off. fstrim on the volumes frees those blocks once they are switched on.'
          : `${volume.name} holds ${iec(volume.mapped)} of the pool for ${iec(volume.used)} of files: what was deleted there was never given back. ${proof === undefined ? 'fstrim gives it back.' : 'Discards do not get through; once they do, fstrim gives it back.'}`,
    };
  }
  return undefined;
}
