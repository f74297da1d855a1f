import type { Fact } from '../../probes/fact.ts';
import type { EngineName, EngineUsage } from '../../probes/facts/engine.ts';
import type { Scene } from '../cause.ts';
import { says } from './said.ts';

const DEFAULT_ROOT: Partial<Record<EngineName, string>> = {
  docker: '/var/lib/docker',
  podman: '/var/lib/containers/storage',
  'cri-o': '/var/lib/containers/storage',
  containerd: '/var/lib/containerd',
};

/** Data root of an engine: what it says itself, else its default. */
export function rootOf(scene: Scene, engine: EngineName): string {
  const told = scene.facts.last('engine', (value) => value.engine === engine && value.root !== undefined)?.value.root;
  return told ?? DEFAULT_ROOT[engine] ?? '/var/lib';
}

/** Data roots of every engine seen or spoken of; Docker's when none is known. */
export function dataRoots(scene: Scene): string[] {
  const engines = new Set<EngineName>(scene.facts.all('engine').map((fact) => fact.value.engine));
  for (const name of ['docker', 'podman', 'containerd', 'cri-o'] as const)
    if (scene.from === 'text' && says(scene, name)) engines.add(name);
  if (engines.size === 0) engines.add('docker');
  return [...new Set([...engines].map((engine) => rootOf(scene, engine)))];
}

/** Is this the storage driver in use, by the engine's own word? */
export function driverFact(scene: Scene, driver: RegExp): Fact<'engine'> | undefined {
  return scene.facts.last('engine', (value) => value.driver !== undefined && driver.test(value.driver));
}

/** Reads the containerd image store's flag (`driver-type io.containerd.snapshotter.v1`). */
export function containerdStore(scene: Scene): Fact<'engine'> | undefined {
  return scene.facts.last('engine', (value) => /containerd\.snapshotter/.test(value.driverType ?? ''));
}

export interface UsageRow {
  fact: Fact<'engine-usage'>;
  value: EngineUsage;
  /** what can be given back: `reclaimable`, else nothing known: the size */
  reclaimable: number;
  /** its part of everything the engine's table shows, 0..1 */
  partOfTable: number;
  /** its part of everything reclaimable, 0..1 */
  partOfReclaimable: number;
}

/** The last `system df` table of each engine, row by row. */
export function usageRows(scene: Scene, what?: EngineUsage['what']): UsageRow[] {
  const last = new Map<string, Fact<'engine-usage'>>();
  for (const fact of scene.facts.all('engine-usage')) last.set(`${fact.value.engine}:${fact.value.what}`, fact);
  const rows = [...last.values()].map((fact) => ({
    fact,
    value: fact.value,
    reclaimable: fact.value.reclaimable ?? fact.value.size,
  }));
  return rows
    .map((row) => {
      const same = rows.filter((other) => other.value.engine === row.value.engine);
      const sizes = same.reduce((sum, other) => sum + other.value.size, 0);
      const reclaimable = same.reduce((sum, other) => sum + other.reclaimable, 0);
      return {
        ...row,
        partOfTable: sizes > 0 ? row.value.size / sizes : 0,
        partOfReclaimable: reclaimable > 0 ? row.reclaimable / reclaimable : 0,
      };
    })
    .filter((row) => what === undefined || row.value.what === what);
}

/** The engine's own table shows no build cache at all. */
export function buildCacheIsEmpty(scene: Scene): boolean {
  const rows = usageRows(scene, 'build-cache');
  return rows.length > 0 && rows.every((row) => row.value.size === 0);
}
