/** Time and size limits of one question, as host.ts promises them. */
export const DEFAULT_TIMEOUT_MS = 10_000;
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024;
/** stderr beyond this is dropped: messages are short, and a program that floods stderr says nothing new */
export const MAX_STDERR_BYTES = 1024 * 1024;

/** Keeps the first `max` bytes of a stream. */
export interface Kept {
  /** false once the limit is passed */
  push(chunk: Buffer): boolean;
  text(): string;
}

export function keepFirst(max: number): Kept {
  const chunks: Buffer[] = [];
  let size = 0;
  return {
    push(chunk) {
      const room = max - size;
      if (room > 0) chunks.push(chunk.length > room ? chunk.subarray(0, room) : chunk);
      size += chunk.length;
      return size <= max;
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  };
}
