import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { UllageError } from './host.ts';

/** The most of a paste that is read; beyond that it is cut, and says so. */
export const MOST_PASTE_BYTES = 256 * 1024 ** 2;

/** A pasted text: `-` is standard input, else a file. Bytes that are no UTF-8 become U+FFFD. */
export async function readPaste(source: string): Promise<string> {
  if (source !== '-') {
    const info = await stat(source).catch((cause: unknown) => {
      throw new UllageError(
        'cannot read the text',
        source,
        'Give a file that exists, - for standard input, or a cause id from `ullage causes`',
        { cause },
      );
    });
    if (info.isDirectory())
      throw new UllageError('is a directory, not a text', source, 'For a capture use ullage doctor --capture');
  }
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stream = source === '-' ? process.stdin : createReadStream(source);
  try {
    for await (const chunk of stream) {
      const buffer = chunk as Buffer;
      chunks.push(buffer);
      bytes += buffer.length;
      if (bytes > MOST_PASTE_BYTES)
        throw new UllageError(
          `larger than ${MOST_PASTE_BYTES / 1024 ** 2} MiB`,
          source === '-' ? 'standard input' : source,
          'Cut it to the hour of the failure',
        );
    }
  } catch (cause) {
    if (cause instanceof UllageError) throw cause;
    throw new UllageError(
      'cannot read the text',
      source === '-' ? 'standard input' : source,
      'Check that it can be read by you',
      { cause },
    );
  }
  return Buffer.concat(chunks).toString('utf8');
}
