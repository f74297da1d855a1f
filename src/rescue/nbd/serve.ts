import type { Socket } from 'node:net';
import type { BlockReader } from '../../formats/block-reader.ts';
import { listenOn, type UnixServer } from '../../host/unix-server.ts';
import { negotiate, type Wire } from './handshake.ts';
import { transmit } from './transmission.ts';

/**
 * Serves a device read-only over NBD on a unix socket, to any number of clients, until closed.
 * @param onLoss told of reads that failed; the client gets EIO
 */
export function serveNbd(
  path: string,
  name: string,
  reader: BlockReader,
  onLoss: (what: string) => void,
): Promise<UnixServer> {
  return listenOn(path, (socket) => {
    // a client that goes away in the middle is no error of ours
    socket.on('error', () => socket.destroy());
    const wire = wireOf(socket);
    void (async () => {
      const agreed = await negotiate(wire, { name, size: reader.size });
      if (agreed) await transmit(wire, reader, agreed, onLoss);
    })()
      .catch((error: Error) => onLoss(error.message))
      .finally(() => socket.end());
  });
}

function wireOf(socket: Socket): Wire {
  const chunks: Buffer[] = [];
  let held = 0;
  let ended = false;
  let wake: (() => void) | undefined;
  const stir = (): void => {
    wake?.();
    wake = undefined;
  };
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    held += chunk.length;
    // requests are small: what comes faster than it is answered waits in the socket
    if (held > 2 ** 20) socket.pause();
    stir();
  });
  for (const event of ['end', 'close', 'error'])
    socket.on(event, () => {
      ended = true;
      stir();
    });
  return {
    async take(length) {
      while (held < length) {
        if (ended) return undefined;
        socket.resume();
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      const all = chunks.length === 1 ? (chunks[0] ?? Buffer.alloc(0)) : Buffer.concat(chunks);
      chunks.length = 0;
      if (all.length > length) chunks.push(all.subarray(length));
      held = all.length - length;
      return all.subarray(0, length);
    },
    async send(...parts) {
      let room = true;
      for (const part of parts) room = socket.write(part);
      if (room || ended) return;
      await new Promise<void>((resolve) => {
        const done = (): void => {
          socket.off('drain', done);
          socket.off('close', done);
          resolve();
        };
        socket.on('drain', done);
        socket.on('close', done);
      });
    },
  };
}
