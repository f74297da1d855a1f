import { closeSync, constants, openSync, readSync } from 'node:fs';

/** New lines of the kernel's log. */
export interface KernelMessages {
  /** what came since the last call; none where the log cannot be read */
  read(): string[];
  close(): void;
}

/** /dev/kmsg from its end on (Documentation/ABI/testing/dev-kmsg): one record a read, EAGAIN when there is none. */
export function kernelMessages(): KernelMessages {
  const buffer = Buffer.alloc(8192);
  let fd: number | undefined;
  try {
    fd = openSync('/dev/kmsg', constants.O_RDONLY | constants.O_NONBLOCK);
  } catch {
    // no root, or a container without it
  }
  // Node cannot seek: what is there already is read away
  const messages: KernelMessages = {
    read() {
      const lines: string[] = [];
      for (let count = 0; fd !== undefined && count < 20_000; count++) {
        try {
          const got = readSync(fd, buffer, 0, buffer.length, null);
          if (got === 0) break;
          lines.push(
            buffer
              .toString('utf8', 0, got)
              .replace(/^[^;]*;/, '')
              .split('\n')[0] ?? '',
          );
        } catch (error) {
          const { code } = error as NodeJS.ErrnoException;
          // EPIPE: the ring went over what was to be read next; the next read goes on behind it
          if (code !== 'EPIPE') break;
        }
      }
      return lines;
    },
    close() {
      if (fd !== undefined) closeSync(fd);
      fd = undefined;
    },
  };
  messages.read();
  return messages;
}
