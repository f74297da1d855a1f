import type { Ledger } from '../ledger.ts';
import { measure } from '../measure.ts';
import { withSubvolumes } from '../with-subvolumes.ts';
import { lookAtDocker } from './look.ts';

/** Everything in a Docker data root. @throws UllageError where it may not be read */
export async function dockerLedger(root: string, now: number, progress?: (entries: number) => void): Promise<Ledger> {
  const look = lookAtDocker(root, now);
  const { carver, holders, notJudged, warnings, drivers, subvolumes } = look;
  const layers = [...subvolumes.keys()];
  // subvolumes are other devices to a scan: their trees tell more, and in less time
  carver.trees.splice(0, carver.trees.length, ...carver.trees.filter(({ path }) => !subvolumes.has(path)));
  const ledger = await measure(
    {
      source: { path: root, what: 'docker', ...(drivers.length > 0 ? { driver: drivers.join(', ') } : {}) },
      carver,
      holders,
      notJudged,
      warnings,
    },
    progress,
  );
  return layers.length === 0 ? ledger : withSubvolumes(ledger, subvolumes, progress);
}
