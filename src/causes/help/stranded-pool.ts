import type { Fact, Facts } from '../../probes/fact.ts';
import type { Engine } from '../../probes/facts/engine.ts';
import { type Draft, evidence } from '../cause.ts';

/** moby commit dc11d2a2d8: the first release without the driver. */
const WITHOUT = 25;

/**
 * A host whose Docker has lost the driver that its data root was made with. Three states: the daemon is
 * told to use it and cannot start; it runs on another driver and shows nothing of what is there; or it
 * is stopped, and would do one of both.
 */
export function strandedPool(facts: Facts): Draft | undefined {
  const version = facts.last('engine', (one) => one.engine === 'docker' && majorOf(one) >= WITHOUT);
  if (!version) return undefined;
  const layers = facts.all('docker-dm-device', (one) => one.hash !== '' && one.hash !== 'base');
  const running = facts.last('engine', (one) => one.engine === 'docker' && one.driver !== undefined);
  if (running) return layers.length > 0 ? leftBehind(facts, layers, running) : undefined;
  // a daemon that runs and does not answer may be the old program, still in memory
  if (facts.has('process', (one) => /^docker(?:d|-current|d-current)?$/.test(one.program))) return undefined;
  const told = facts.last(
    'engine-config',
    (one) => one.engine === 'docker' && one.values['storage-driver'] === 'devicemapper',
  );
  if (!told && layers.length === 0) return undefined;
  const held = holds(facts, layers);
  return {
    confidence: told ? 'confirmed' : 'likely',
    ...(told ? {} : { severity: 'warning' as const }),
    subject: 'the Docker daemon',
    score: told ? 92 : 70,
    evidence: [
      evidence(version, 'the Docker that is installed'),
      ...(told ? [evidence(told, 'it is told to use devicemapper')] : []),
      ...layers.slice(0, 1).map((fact) => evidence(fact, 'a layer of the devicemapper driver')),
    ],
    explanation: `No daemon answers, and the installed Docker ${version.value.version} has no devicemapper driver (removed in version 25)${
      told ? ', which its configuration asks for: it does not start' : ': it will start without what is there'
    }. ${held}Nothing is full and nothing is lost as long as the data root stays: save what is wanted before the driver is changed.`,
  };
}

function leftBehind(
  facts: Facts,
  layers: readonly Fact<'docker-dm-device'>[],
  running: Fact<'engine'>,
): Draft | undefined {
  const { driver, images, containers, version } = running.value;
  if (driver === 'devicemapper' || images === undefined || containers === undefined || layers[0] === undefined)
    return undefined;
  const root = layers[0].value.root ?? running.value.root ?? 'the data root';
  const nothing = images === 0 && containers === 0;
  return {
    // who works with the other driver has changed it on purpose: then it is space to tidy up
    confidence: nothing ? 'confirmed' : 'possible',
    severity: nothing ? 'warning' : 'notice',
    subject: `${root}/devicemapper`,
    score: nothing ? 90 : 5,
    evidence: [
      evidence(running, `Docker ${version} runs on ${driver}: ${images} images, ${containers} containers`),
      evidence(layers[0], 'a layer of the devicemapper driver'),
    ],
    explanation: `Docker ${version} runs on ${driver} and ${nothing ? 'shows no image and no container' : 'does not show what the old driver held'}. ${holds(facts, layers)}This Docker cannot read them (the driver was removed in version 25). ${
      nothing
        ? 'Nothing is lost as long as the data root and the pool stay: do not delete or prune there.'
        : 'When nothing of it is wanted, it only takes space.'
    }`,
    remedies: ['older-docker-to-save-images', 'read-devicemapper-pool'],
  };
}

function holds(facts: Facts, layers: readonly Fact<'docker-dm-device'>[]): string {
  if (layers.length === 0) return '';
  const root = layers[0]?.value.root;
  const containers = facts.all('docker-mount-id').length;
  return `${root === undefined ? 'The data root' : `${root}/devicemapper`} still has the records of ${layers.length} ${layers.length === 1 ? 'layer' : 'layers'}${
    containers > 0 ? `, those of ${containers} ${containers === 1 ? 'container' : 'containers'} among them` : ''
  }. `;
}

function majorOf(engine: Engine): number {
  // `master` and the like have no number: nothing is claimed of them
  const major = Number(/^(\d+)\./.exec(engine.version ?? '')?.[1] ?? Number.NaN);
  return major < 100 ? major : Number.NaN;
}
