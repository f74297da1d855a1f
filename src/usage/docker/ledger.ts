import { pathKind } from '../../host/block-devices.ts';
import { openBlockFile } from '../../host/block-file.ts';
import { openDirectFile } from '../../host/direct-file.ts';
import type { Ledger } from '../ledger.ts';
import type { LookOptions } from '../look-options.ts';
import { measure } from '../measure.ts';
import { withSubvolumes } from '../with-subvolumes.ts';
import { LOOP_METADATA, withThinDevices } from './devicemapper.ts';
import type { DockerLook } from './docker-look.ts';
import { lookAtDocker } from './look.ts';

/** Everything in a Docker data root. @throws UllageError where it may not be read */
export async function dockerLedger(root: string, options: LookOptions): Promise<Ledger> {
  const { now, progress, thinMetadata } = options;
  const look = lookAtDocker(root, now, undefined, options.without);
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
    options,
  );
  const measured = layers.length === 0 ? ledger : await withSubvolumes(ledger, subvolumes, progress);
  return drivers.includes('devicemapper') ? withPool(measured, look, thinMetadata, now) : measured;
}

/** loop-lvm's metadata lies in the data root; that of a pool made of devices must be named. */
function withPool(ledger: Ledger, look: DockerLook, named: string | undefined, now: number): Ledger {
  const path = named ?? `${look.root}/${LOOP_METADATA}`;
  if (pathKind(path) === 'missing')
    return {
      ...ledger,
      warnings: [
        ...ledger.warnings,
        "layers are thin devices, which were not measured: name the pool's metadata device with --thin-metadata",
      ],
    };
  const file = pathKind(path) === 'block' ? openDirectFile(path) : openBlockFile(path);
  try {
    return withThinDevices(ledger, look, file, now);
  } finally {
    file.close();
  }
}
