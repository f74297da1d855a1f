import type { Fact, Facts } from '../probes/fact.ts';
import { type Cause, type Draft, evidence, type Scene } from './cause.ts';
import { messages } from './help/thin-signs.ts';

export const containerdDevmapperOutOfStep: Cause = {
  id: 'containerd-devmapper-out-of-step',
  title: "containerd's devmapper snapshotter has a device that its snapshots do not know",
  severity: 'critical',
  prevalence: 'C',
  about:
    'The devmapper snapshotter keeps two databases: metadata.db numbers the snapshots, POOL.db names a thin device after each number. When containerd is killed while it makes a snapshot, the device is on record and the snapshot is not. ' +
    'Its number is given again to the next snapshot, whose device exists already: every pull, build and container start fails with "object already exists", for good, and no restart helps. Nothing is full; what runs goes on.',
  confirm:
    '"failed to save metadata for device … object already exists", or POOL.db holds a device POOL-snap-N that is not faulty, N being the number after the last one of metadata.db, while no snapshot is being made',
  lookAlikes: [
    { cause: 'dm-thin-data-full', tell: 'the pool has no free blocks; snapshots fail with input/output error' },
    { cause: 'thin-pool-already-used', tell: 'it is Docker that does not start' },
    { cause: 'containerd-orphan-snapshots', tell: 'snapshots can be made; old ones only take space' },
  ],
  nextCheck: {
    run: 'ctr snapshots --snapshotter devmapper prepare ullage-check',
    why: 'makes an empty snapshot (remove it again), or fails with the name of the device in the way',
  },
  remedies: ['clear-containerd-thin-device'],
  prevention: 'let containerd finish what it unpacks before it is stopped; do not let the OOM killer choose it',
  sources: [
    'containerd plugins/snapshots/devmapper (AddDevice, ensureDeviceStates)',
    'containerd/containerd#5646',
    'containerd/containerd#5110',
  ],
  find,
};

/** plugins/snapshots/devmapper/device_info.go: such a device's name may be taken again */
const FAULTY = 13;
/** Creating, Activating, Suspending, Resuming, Deactivating, Removing: the next start of containerd calls them faulty */
const UNFINISHED = new Set([0, 1, 3, 5, 7, 9, 11]);
/**
 * A snapshot in the making looks the same until it is made. That takes longer than a full pool keeps a
 * write waiting (dm-thin's no_space_timeout) only while a file system is made, and mkfs is seen.
 */
const LONGEST_STEP_S = 60;

type Device = Fact<'containerd-dm-device'>;

function find(scene: Scene): Draft[] {
  const found = scene.facts.all('containerd-dm-snapshots').flatMap((store) => fromDatabases(scene.facts, store) ?? []);
  return found.length > 0 ? found : fromMessage(scene);
}

function fromDatabases(facts: Facts, store: Fact<'containerd-dm-snapshots'>): Draft | undefined {
  const directory = directoryOf(store.value.file);
  const number = store.value.last + 1;
  const inTheWay = facts.last(
    'containerd-dm-device',
    (one) => directoryOf(one.file) === directory && one.name.endsWith(`-snap-${number}`) && one.state !== FAULTY,
  );
  if (!inTheWay) return undefined;
  const unfinished = UNFINISHED.has(inTheWay.value.state);
  const runs = facts.has('process', (one) => one.program === 'containerd');
  // its next start clears it by itself
  if (unfinished && !runs) return undefined;
  const { name, deviceId } = inTheWay.value;
  const table = facts.last('dm-table', (one) => one.name === name);
  const sure = !runs || quiet(facts, inTheWay);
  return {
    confidence: sure ? 'confirmed' : 'likely',
    subject: `containerd, device ${name}`,
    score: 90,
    evidence: [
      evidence(store, `the next snapshot gets the number ${number}`),
      evidence(inTheWay, 'its device is on record already'),
      ...(table ? [evidence(table, 'and is active')] : []),
    ],
    explanation: `metadata.db has given out ${store.value.last} as its last number, and ${fileOf(inTheWay)} holds ${name} (thin device ${deviceId}), left by a snapshot that was never finished. The next snapshot needs that name, so none can be made: pulls and container starts fail with "object already exists". ${
      unfinished
        ? 'A restart of containerd marks the device as faulty and goes on.'
        : 'A restart alone does not help. The device belongs to no snapshot: nothing is lost with it.'
    }`,
    ...(unfinished ? { remedies: ['restart-containerd', 'clear-containerd-thin-device'] } : {}),
  };
}

/** No snapshot is being made now. */
function quiet(facts: Facts, device: Device): boolean {
  const age = facts.last('file-age', (one) => one.path === device.value.file);
  return (
    age !== undefined &&
    age.value.seconds > LONGEST_STEP_S &&
    !facts.has('process', (one) => /^mkfs\./.test(one.program))
  );
}

function fromMessage({ facts, from }: Scene): Draft[] {
  const said = messages(facts, 'containerd-device-exists').at(-1);
  if (!said) return [];
  const device = said.value.params['device'];
  return [
    {
      // whether it was cured since, the line does not tell
      confidence: from === 'text' ? 'confirmed' : 'likely',
      subject: device === undefined ? 'containerd' : `containerd, device ${device}`,
      score: 88,
      evidence: [evidence(said, "the new snapshot's device is on record already")],
      explanation: `The devmapper snapshotter wants to make ${device ?? 'a device'} for its next snapshot, and has it on record from one that was never finished. It will want the same name every time: no snapshot can be made until that device is cleared by hand.`,
    },
  ];
}

const directoryOf = (path: string): string => path.slice(0, path.lastIndexOf('/'));
const fileOf = (device: Device): string => device.value.file.slice(device.value.file.lastIndexOf('/') + 1);
