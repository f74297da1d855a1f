import { type ParseArgsConfig, parseArgs } from 'node:util';
import { UllageError } from '../host/host.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** Arguments of one verb; anything unknown is one clear error, never ignored. */
export function parseVerb<T extends Options>(verb: string, argv: string[], options: T) {
  try {
    return parseArgs({ args: argv, options, allowPositionals: true, strict: true });
  } catch (error) {
    const said = error instanceof Error ? (error.message.split(/\. /)[0] ?? '') : String(error);
    throw new UllageError(said, `ullage ${verb} ${argv.join(' ')}`, 'See ullage --help', { cause: error });
  }
}

/** `--timeout N` in milliseconds. */
export function timeoutOf(text: string | undefined): number {
  if (text === undefined) return 60_000;
  const seconds = Number(text);
  if (!(seconds >= 1 && seconds <= 3600))
    throw new UllageError(
      'not a number of seconds from 1 to 3600',
      `--timeout ${text}`,
      'Give for example --timeout 30',
    );
  return seconds * 1000;
}
