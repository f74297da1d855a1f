import { UllageError } from '../host/host.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';

/** `ullage usage [PATH|DEVICE|IMAGE…]`: who holds the space, and what nobody owns. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('usage', argv, {
    json: { type: 'boolean' },
    all: { type: 'boolean' },
    tree: { type: 'boolean' },
    kind: { type: 'string', multiple: true },
    sort: { type: 'string' },
    delete: { type: 'string', multiple: true },
    quiet: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  const { lookAtPaths } = await import('../usage/look.ts');
  const { makeDocument, deletionOf } = await import('../usage/make-document.ts');
  const now = Date.now();
  const progress = progressTo(process.stderr, values.quiet === true);
  const ledgers = await lookAtPaths(positionals, { now, progress: progress.tell });
  progress.end();
  const document = makeDocument(ledgers, now);
  if (values.delete) {
    const { deletion, unknown, ambiguous } = deletionOf(ledgers, values.delete);
    if (unknown.length > 0)
      throw new UllageError('nothing of that name', unknown.join(', '), 'ullage usage --all lists names and ids');
    if (ambiguous.length > 0)
      document.warnings.push(`${ambiguous.join(', ')} names several things: all of them are counted as deleted`);
    document.deletion = deletion;
  }
  if (values.json) print([JSON.stringify(document, null, 2)]);
  return EXIT.healthy;
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
