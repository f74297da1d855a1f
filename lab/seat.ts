import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ground } from './ground.ts';
import type { Guest } from './guest/ground.ts';

/** Where the operator sits: on the machine, or at another one and looks in over ssh. */
export interface Seat {
  command: Ground['inside'];
  /** a file's path as the command there is told it */
  file(name: string): string;
  /** no apply was ever begun from here */
  fresh(): Promise<void>;
}

export const onTheMachine = (ground: Ground): Seat => ({
  command: ground.inside,
  file: (name) => join('/root', name),
  fresh: async () => {},
});

/** Journals and plans are kept in `directory`, on the machine the lab runs on. */
export function overSsh(ground: Guest, directory: string): Seat {
  return {
    command: (argv, env) => ground.afar(argv, { ULLAGE_STATE_DIR: directory, ...env }),
    file: (name) => join(directory, name),
    async fresh() {
      await rm(join(directory, 'journal'), { recursive: true, force: true });
      await mkdir(directory, { recursive: true });
    },
  };
}
