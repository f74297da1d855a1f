import { causes } from '../causes/index.ts';
import { UllageError } from '../host/host.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { styleFor } from './render/style.ts';
import { print } from './show.ts';

/** `ullage causes`: every cause it knows, the most frequent first. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('causes', argv, {
    json: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  const [id] = positionals;
  if (id !== undefined)
    throw new UllageError('nothing to name here', positionals.join(' '), `The page of a cause: ullage explain ${id}`);
  const sorted = [...causes].sort((a, b) =>
    a.prevalence < b.prevalence ? -1 : a.prevalence > b.prevalence ? 1 : a.id < b.id ? -1 : 1,
  );
  if (values.json) {
    const pages = sorted.map(({ find: _, ...page }) => page);
    print([JSON.stringify({ version: 1, causes: pages }, null, 2)]);
    return EXIT.healthy;
  }
  const style = await styleFor(process.stdout, values['no-color'] === true);
  const width = Math.max(...sorted.map(({ id }) => id.length));
  print(sorted.map((cause) => `${cause.prevalence}  ${style.bold(cause.id.padEnd(width))}  ${cause.title}`));
  return EXIT.healthy;
}
