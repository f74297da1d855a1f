import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { kernel, messages, numberIn, onThin } from './help/thin-signs.ts';

export const dmThinMetadataCorrupt: Cause = {
  id: 'dm-thin-metadata-corrupt',
  title: "a thin pool's metadata is damaged",
  severity: 'critical',
  prevalence: 'C',
  about:
    'The map of the pool does not hold together: a block has a wrong checksum, or counts do not match. It happens when the disk below a loop file was full, after a crash without flushes, or when two hosts used the pool at once. ' +
    'Docker then cannot open its base device and does not start.',
  confirm: 'thin_check names bad blocks, or the kernel says a validator check failed',
  lookAlikes: [
    { cause: 'dm-thin-needs-check', tell: 'thin_check is clean and only the flag is left' },
    { cause: 'thin-check-strict-upgrade', tell: 'the pool worked until thin-provisioning-tools were updated' },
    { cause: 'thin-check-missing', tell: 'the check could not run at all' },
    { cause: 'dm-thin-transaction-id-mismatch', tell: 'the metadata is whole, but LVM expects another transaction' },
  ],
  nextCheck: {
    run: 'thin_check --skip-mappings METADATA_DEVICE',
    why: "reads the pool's metadata (with the pool inactive) and names what is damaged",
  },
  remedies: ['thin-repair'],
  sources: ['thin_check(8), thin_repair(8)', 'drivers/md/persistent-data/dm-block-manager.c', 'moby#15721'],
  explains: ['dm-thin-needs-check'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const damaged = [
    // `bad magic` and `superblock` are said of many things: the line or the story must be about a pool
    ...messages(facts, 'thin-metadata-corrupt').filter(
      (fact) => onThin(facts) || /thin|pool|btree|space map|device-mapper/.test(fact.quote),
    ),
    ...kernel(facts, 'thin-metadata-corrupt'),
  ];
  if (damaged.length > 0) {
    return [
      {
        confidence: 'likely',
        subject: 'thin pool metadata',
        score: 90,
        evidence: damaged.slice(0, 3).map((fact) => evidence(fact, 'the metadata does not hold together')),
        explanation:
          'A block of the pool metadata failed its check. Save the metadata device, then repair into a new one; the data blocks are not touched by this.',
      },
    ];
  }
  const failed = messages(facts, 'lvm-thin-check-failed').find((fact) => numberIn(fact, 'status') === 1);
  if (failed !== undefined && messages(facts, 'lvm-thin-check-missing').length === 0) {
    return [
      {
        confidence: 'likely',
        subject: `thin pool ${failed.value.params['pool'] ?? ''}`.trim(),
        score: 75,
        evidence: [evidence(failed, 'thin_check found faults')],
        explanation: 'thin_check ran and found the metadata faulty; LVM keeps the pool inactive until it is repaired.',
      },
    ];
  }
  const cookie = messages(facts, 'dm-cookie-failed', 'dm-semaphores-exhausted');
  const base = messages(facts, 'docker-dm-base-verification-failed', 'docker-dm-task-failed');
  if (
    base[0] === undefined ||
    cookie.length > 0 ||
    messages(facts, 'docker-dm-pool-already-used', 'docker-dm-nonexisting-device').length > 0
  )
    return [];
  const readOnly = kernel(facts, 'thin-pool-read-only', 'thin-pool-needs-check', 'thin-pool-failed');
  return [
    {
      confidence: 'possible',
      subject: "Docker's thin pool",
      score: readOnly.length > 0 ? 75 : 60,
      evidence: [...base.slice(-2), ...readOnly.slice(-1)].map((fact) =>
        evidence(fact, 'the driver cannot use its pool'),
      ),
      explanation:
        "Docker cannot create or open devices in its pool. The metadata may be damaged (often after the disk below a loop file was full), read-only, or out of step with Docker's own records.",
      nextCheck: { run: 'dmsetup status --noflush', why: 'tells Fail, ro and needs_check from a pool that works' },
    },
  ];
}
