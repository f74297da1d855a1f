import type { Fact } from '../../probes/fact.ts';
import type { Scene } from '../cause.ts';
import { GIB } from './format.ts';

export type Pruned = 'images' | 'containers' | 'volumes' | 'build-cache';

const WHAT = new Map<string, Pruned>(
  Object.entries({
    system: 'images',
    image: 'images',
    container: 'containers',
    volume: 'volumes',
    builder: 'build-cache',
    buildx: 'build-cache',
  }),
);

/**
 * The prune that gave back most, 1 GiB or more: what it removes is what filled the disk. Of
 * `system prune` images are the greater part in most cases.
 */
export function mostReclaimed(scene: Scene): { what: Pruned; bytes: number; fact: Fact<'message'> } | undefined {
  const all = scene.facts
    .all('message', (message) => message.id === 'prune-reclaimed')
    .flatMap((fact) => {
      const bytes = fact.value.params['bytes'];
      const what = WHAT.get(String(fact.value.params['what'] ?? typedBefore(scene, fact) ?? ''));
      return typeof bytes === 'number' && bytes >= GIB && what !== undefined ? [{ what, bytes, fact }] : [];
    });
  return all.sort((a, b) => b.bytes - a.bytes)[0];
}

/** The last prune typed above the line that tells its result. */
function typedBefore(scene: Scene, result: Fact<'message'>): string | undefined {
  const line = result.source.line;
  const typed = scene.facts
    .all('command', (command) => /^(?:docker|podman|nerdctl)$/.test(command.program) && command.words[1] === 'prune')
    .filter((fact) => line !== undefined && fact.source.line !== undefined && fact.source.line <= line)
    .at(-1);
  return typed?.value.words[0];
}
