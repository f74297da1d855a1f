import { UllageError } from '../host/host.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { print } from './print.ts';

/** `ullage usage [PATH|DEVICE|IMAGE…]`: who holds the space, and what nobody owns. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('usage', argv, {
    json: { type: 'boolean' },
    all: { type: 'boolean' },
    tree: { type: 'boolean' },
    kind: { type: 'string', multiple: true },
    sort: { type: 'string' },
    delete: { type: 'string', multiple: true },
    'thin-metadata': { type: 'string' },
    html: { type: 'boolean' },
    interactive: { type: 'boolean', short: 'i' },
    'no-cache': { type: 'boolean' },
    quiet: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  const { KINDS, SORT_KEYS } = await import('./render/usage.ts');
  const sort = oneOf(values.sort ?? 'exclusive', SORT_KEYS, '--sort');
  const kinds = (values.kind ?? []).map((kind) => oneOf(kind, KINDS, '--kind'));
  const { lookAtEngines, lookAtPaths } = await import('../usage/look.ts');
  const { makeDocument, deletionOf } = await import('../usage/make-document.ts');
  const { cacheDirectory } = await import('../host/known-trees-file.ts');
  const cache = values['no-cache'] ? undefined : cacheDirectory(process.env);
  const thinMetadata = values['thin-metadata'];
  const now = Date.now();
  const progress = progressTo(process.stderr, values.quiet === true);
  const options = {
    now,
    progress: progress.tell,
    ...(cache === undefined ? {} : { memory: { directory: cache } }),
    ...(thinMetadata === undefined ? {} : { thinMetadata }),
  };
  const ledgers = await (positionals.length > 0 ? lookAtPaths(positionals, options) : lookAtEngines(options));
  progress.end();
  const document = makeDocument(ledgers, now);
  if (values.delete) {
    const { deletion, unknown, ambiguous } = deletionOf(ledgers, values.delete);
    if (unknown.length > 0)
      throw new UllageError(
        'nothing of that name',
        unknown.map((word) => word || "''").join(', '),
        'ullage usage --all lists names and ids',
      );
    if (ambiguous.length > 0)
      document.warnings.push(`${ambiguous.join(', ')} names several things: all of them are counted as deleted`);
    document.deletion = deletion;
  }
  if (values.json) print([JSON.stringify(document, null, 2)]);
  else if (values.html) {
    const { usagePage } = await import('./render/usage-page.ts');
    process.stdout.write(usagePage(document));
  } else if (values.interactive) {
    const { usageInteractive } = await import('./usage-interactive.ts');
    const marked = await usageInteractive(document, ledgers, values['no-color'] === true);
    print(marked);
  } else {
    const { usageLines } = await import('./render/usage.ts');
    const { styleFor } = await import('./render/style.ts');
    const style = await styleFor(process.stdout, values['no-color'] === true);
    print(usageLines(document, { style, all: values.all === true, tree: values.tree === true, kinds, sort }));
  }
  return EXIT.healthy;
}

function oneOf<T extends string>(word: string, known: readonly T[], option: string): T {
  const found = known.find((one) => one === word);
  if (found === undefined) throw new UllageError('no such choice', `${option} ${word}`, `It takes ${known.join(', ')}`);
  return found;
}

/** A line that is written over while long work goes on; nothing where nobody looks at it. */
function progressTo(stream: NodeJS.WriteStream, quiet: boolean): { tell(count: number): void; end(): void } {
  if (quiet || !stream.isTTY) return { tell: () => {}, end: () => {} };
  const started = performance.now();
  let last = started;
  let shown = false;
  return {
    tell(count) {
      const now = performance.now();
      if (now - last < 200) return;
      last = now;
      shown = true;
      const rate = Math.round(count / ((now - started) / 1000));
      stream.write(`\r\u001b[K${count} looked at, ${rate} a second`);
    },
    end() {
      if (shown) stream.write('\r\u001b[K');
    },
  };
}
