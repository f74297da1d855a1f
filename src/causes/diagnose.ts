import { Facts } from '../probes/fact.ts';
import type { FactMap } from '../probes/facts.ts';
import { buildStack } from '../stack/build.ts';
import { headroomOf } from '../stack/headroom.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { rank } from './rank.ts';
import type { Report } from './report.ts';

/** Facts in, report out: builds the stack, asks every cause, ranks what they say. */
export function diagnose(
  all: Facts,
  causes: readonly Cause[],
  from: Scene['from'],
  unknown: Report['unknown'] = [],
): Report {
  const scene = sceneOf(all, from);
  const { facts, stack, headroom } = scene;
  const drafts: { cause: Cause; draft: Draft }[] = [];
  for (const cause of causes) for (const draft of cause.find(scene)) drafts.push({ cause, draft });
  return { version: 1, host: hostOf(facts), stack: stack.layers, headroom, findings: rank(drafts), unknown };
}

/** What the causes look at, and a remedy that plans. */
export function sceneOf(all: Facts, from: Scene['from']): Scene {
  const facts = from === 'host' ? withoutStaleEvents(all) : all;
  const stack = buildStack(facts);
  return { facts, stack, headroom: headroomOf(stack, facts), from };
}

function hostOf(facts: Facts): Report['host'] {
  const system = Object.assign({}, ...facts.all('system').map((fact) => fact.value)) as {
    hostname?: string;
    kernel?: string;
    os?: string;
  };
  const engines = new Map<string, Report['host']['engines'][number]>();
  for (const { value } of facts.all('engine')) {
    const known = engines.get(value.engine);
    engines.set(value.engine, {
      ...known,
      engine: value.engine,
      ...(value.version ? { version: value.version } : {}),
      ...(value.driver ? { driver: value.driver } : {}),
      ...(value.root ? { root: value.root } : {}),
    });
  }
  const kernel = system.kernel ?? facts.first('engine', (engine) => engine.kernel !== undefined)?.value.kernel;
  return {
    ...(system.hostname ? { hostname: system.hostname } : {}),
    ...(kernel ? { kernel } : {}),
    ...(system.os ? { os: system.os } : {}),
    engines: [...engines.values()].sort((a, b) => (a.engine < b.engine ? -1 : 1)),
  };
}

/** The kernel log remembers devices that are long gone: on a machine that lists its devices, those are history. */
function withoutStaleEvents(facts: Facts): Facts {
  const present = new Set(facts.all('block').flatMap(({ value }) => [value.name, value.kname ?? value.name]));
  if (present.size === 0) return facts;
  const device = /^(?:loop|dm-|sd|vd|xvd|nvme|md)/;
  return new Facts(
    facts.list.filter((fact) => {
      if (fact.kind !== 'kernel-event') return true;
      const name = (fact.value as FactMap['kernel-event']).device?.replace(/^\/dev\//, '');
      return name === undefined || !device.test(name) || present.has(name) || present.has(name.replace(/p?\d+$/, ''));
    }),
  );
}
