import { UllageError } from '../host/host.ts';
import { safeText } from '../probes/clean.ts';
import { findContainer } from '../rescue/find-subject.ts';
import { serveNbd } from '../rescue/nbd/serve.ts';
import type { RescueSource } from '../rescue/source.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';

/**
 * Serves a thin device over NBD until it is told to stop.
 * @param wanted device id, or a container's name
 * @param nbd `unix:SOCKET`
 */
export async function serveDevice(source: RescueSource, wanted: string, nbd: string | undefined): Promise<number> {
  const socket = /^unix:(.+)$/.exec(nbd ?? '')?.[1];
  if (socket === undefined)
    throw new UllageError('no socket given', `--nbd ${nbd ?? ''}`, 'Give for example --nbd unix:/tmp/pool.sock');
  const { thin } = source;
  if (!thin) throw new UllageError('no thin pool in it', source.name, 'Only devices of a thin pool are served');
  const digits = /^(?:device:)?(\d{1,8})$/.exec(wanted)?.[1];
  const id = digits === undefined ? thin.idOf(findContainer(source, wanted).mountId ?? '') : Number(digits);
  if (id === undefined)
    throw new UllageError('no thin device is known for it', wanted, 'ullage rescue ls lists the devices');
  const known = thin.source.names.get(id)?.size;
  // without the engine's word the file system itself says how large the device is
  const reader = known === undefined ? sized(source, id) : thin.device(id);
  let losses = 0;
  const server = await serveNbd(socket, `device-${id}`, reader, (what) => {
    losses++;
    process.stderr.write(`${safeText(`read failed: ${what}`)}\n`);
  });
  print([
    `${safeText(reader.name)}, ${reader.size} bytes, read only: nbd+unix:///?socket=${safeText(socket)}`,
    'Ctrl-C ends it.',
  ]);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  await server.close();
  return losses > 0 ? EXIT.warning : EXIT.healthy;
}

function sized(source: RescueSource, id: number) {
  const { thin } = source;
  if (!thin) throw new UllageError('no thin pool in it', source.name, 'Only devices of a thin pool are served');
  try {
    return thin.device(id, thin.tree(id).usage.bytes);
  } catch (error) {
    if (error instanceof UllageError) throw error;
    return thin.device(id);
  }
}
