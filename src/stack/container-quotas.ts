import type { Fact, Facts } from '../probes/fact.ts';
import type { Container } from '../probes/facts/engine.ts';
import { type Building, put } from './devices.ts';
import { fileSystemOf, type MountedFs } from './mounts.ts';

/** A container whose writable layer has a size of its own on a larger file system: a project quota. */
export interface ContainerQuota {
  container: Container;
  size: number;
  free: number;
  fs: MountedFs;
  fact: Fact<'directory-room'>;
}

export function containerQuotas(facts: Facts, fileSystems: readonly MountedFs[]): ContainerQuota[] {
  return facts.all('directory-room').flatMap((fact) => {
    const { path, size, available } = fact.value;
    const container = facts.last('container', (one) => one.driverData?.['UpperDir'] === path)?.value;
    const fs = fileSystemOf(fileSystems, path);
    return container && fs?.size !== undefined && size < fs.size - fs.resolution
      ? [{ container, size, free: available, fs, fact }]
      : [];
  });
}

/** Such containers as layers on the file system that they share with the others. */
export function addContainerQuotas(build: Building): void {
  for (const { container, size, free, fs } of containerQuotas(build.facts, build.fileSystems)) {
    const on = build.fileSystemLayer(fs);
    put(build, `container:${container.id.slice(0, 12)}`, () => ({
      kind: 'container',
      name: `container ${container.name ?? container.id.slice(0, 12)}`,
      resources: [
        { name: 'quota', unit: 'bytes', capacity: size, used: Math.max(0, size - free), free, detail: 'project quota' },
      ],
      on: [on],
    }));
  }
}
