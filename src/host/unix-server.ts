import { chmodSync, lstatSync, unlinkSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { UllageError } from './host.ts';

export interface UnixServer {
  /** ends the server and every connection, and takes the socket away */
  close(): Promise<void>;
}

/**
 * Listens on a unix socket that only its owner may connect to.
 * @throws UllageError where something else stands at the path, or it cannot be made
 */
export async function listenOn(path: string, onConnection: (socket: Socket) => void): Promise<UnixServer> {
  const there = lstatSync(path, { throwIfNoEntry: false });
  if (there)
    throw new UllageError(
      'there is already something of that name',
      path,
      there.isSocket() ? 'Remove the socket if no server uses it, or give another name' : 'Give another name',
    );
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    onConnection(socket);
  });
  // between bind and chmod nobody else may connect either
  const mask = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(path, resolve);
    });
    chmodSync(path, 0o600);
  } catch (error) {
    throw new UllageError(
      'cannot listen',
      path,
      `${(error as Error).message}. Give a short path in a directory of yours`,
      { cause: error },
    );
  } finally {
    process.umask(mask);
  }
  return {
    close: () =>
      new Promise((resolve) => {
        for (const socket of open) socket.destroy();
        server.close(() => {
          try {
            unlinkSync(path);
          } catch {
            // Node has taken it away
          }
          resolve();
        });
      }),
  };
}
