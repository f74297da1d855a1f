import type { Step } from '../../plan/plan.ts';

/** Makes a directory that only root may read; taken back with all that is in it. */
export function directoryStep(directory: string, title: string, why: string): Step {
  return {
    id: 'directory',
    title,
    why,
    run: [['mkdir', '-p', '-m', '0700', directory]],
    undo: [['rm', '-rf', directory]],
    before: [],
    after: [{ says: 'it is there', run: ['test', '-d', directory] }],
    risk: 'online',
    idempotent: true,
    ifStopped: 'Nothing has changed.',
  };
}
