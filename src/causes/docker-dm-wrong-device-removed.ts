import type { Fact, Facts } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { argumentsOf } from './help/thin-signs.ts';

export const dockerDmWrongDeviceRemoved: Cause = {
  id: 'docker-dm-wrong-device-removed',
  title: 'a device was removed that is not the one that had been made for the rescue',
  severity: 'warning',
  prevalence: 'C',
  about:
    'Cleaning a container by hand means making a device for its volume, mounting it, and removing it again. The names differ only somewhere in 64 digits: here the name that was removed is not the one that was created, ' +
    'but a volume of a container that runs. The rescue device stays behind, and a start of the container would mount the same volume twice.',
  confirm: 'dmsetup create NAME, later dmsetup remove OTHER, and OTHER is mounted by the daemon',
  lookAlikes: [{ cause: 'docker-dm-leaked-thin-devices', tell: 'devices left over by the daemon itself' }],
  nextCheck: { run: 'dmsetup info -c', why: 'which of the two devices exists, and how often it is open' },
  remedies: ['remove-rescue-device'],
  prevention: 'let a program carry the name from step to step; never retype it',
  sources: ['dmsetup(8)'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const created: { name: string; fact: Fact<'command'> }[] = [];
  const removed: { name: string; fact: Fact<'command'> }[] = [];
  for (const fact of facts.all('command', (command) => command.program === 'dmsetup')) {
    const [verb, ...rest] = argumentsOf(fact);
    const name = rest.find((word) => !word.startsWith('-'))?.replace(/^\/dev\/mapper\//, '');
    if (name === undefined) continue;
    if (verb === 'create') created.push({ name, fact });
    if (verb === 'remove') removed.push({ name, fact });
  }
  const createdNames = new Set(created.map((one) => one.name));
  const removedNames = new Set(removed.map((one) => one.name));
  if (created.every((one) => removedNames.has(one.name))) return [];
  return removed.flatMap((remove): Draft[] => {
    const made = created.findLast((create) => create.fact.order < remove.fact.order);
    if (made === undefined || createdNames.has(remove.name)) return [];
    if (removedNames.has(made.name)) return [];
    const mounted = mountOf(remove.name, facts);
    // both are volumes of one pool: names that differ in the last part only
    if (mounted === undefined && prefix(made.name) !== prefix(remove.name)) return [];
    return [
      {
        confidence: 'likely',
        subject: remove.name,
        score: 60,
        evidence: [
          evidence(made.fact, 'this device was made'),
          evidence(remove.fact, 'this one was removed: another'),
          ...(mounted === undefined
            ? []
            : [evidence(mounted, "it is in use: mounted in the daemon's mount namespace")]),
        ],
        explanation:
          `${made.name} was created, but ${remove.name} was removed. They are not the same device${mounted === undefined ? '' : `: the second is the volume of another container, mounted at ${mounted.value.target}`}. ` +
          'While it is in use the kernel refuses to remove it; if nothing had held it, that container would have lost its disk. The created device is still there and must be removed before the container is started.',
      },
    ];
  });
}

function mountOf(name: string, facts: Facts): Fact<'mount'> | undefined {
  return facts.last('mount', (mount) => mount.source === `/dev/mapper/${name}`);
}

function prefix(name: string): string {
  return name.replace(/-[0-9a-f]{12,64}(-init)?$/, '');
}
