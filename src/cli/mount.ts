import { UllageError } from '../host/host.ts';
import { apply } from '../plan/session.ts';
import { safeText } from '../probes/clean.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { ending, onInterrupt, teller } from './going.ts';
import { planFor } from './make-plan.ts';
import { print } from './show.ts';

/** `ullage mount CONTAINER DIR`: the volume of a stopped container, until `ullage umount`. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('mount', argv, {
    'read-only': { type: 'boolean' },
    timeout: { type: 'string' },
    quiet: { type: 'boolean' },
  });
  const [container, at, ...more] = positionals;
  if (container === undefined || at === undefined || more.length > 0)
    throw new UllageError('a container and a directory are needed', 'ullage mount', 'ullage mount CONTAINER DIR');
  if (!at.startsWith('/')) throw new UllageError('not an absolute path', at, 'Write it from / on');
  const { openHost } = await import('../host/open.ts');
  const host = await openHost();
  const settings = new Map([['at', at]]);
  if (values['read-only'] === true) settings.set('read-only', 'yes');
  try {
    const plan = await planFor(host, {
      remedy: 'container-volume',
      on: container,
      settings,
      timeoutMs: timeoutOf(values.timeout),
    });
    if (plan.steps.some((step) => step.id === 'stop-container'))
      throw new UllageError('the container runs', container, `Stop it first: docker stop ${container}`);
    const interrupt = onInterrupt();
    try {
      const watcher = teller(plan, values.quiet === true);
      const outcome = await apply(plan, { watcher, interrupted: interrupt.pressed });
      if (outcome.outcome !== 'waiting') {
        const { lines, status } = ending(plan, outcome);
        print(lines);
        return status;
      }
    } finally {
      interrupt.forget();
    }
    const largest = await host.run(['du', '-x', '--all', '--block-size=1K', `${at}/rootfs`], { timeoutMs: 60_000 });
    print(
      [
        `${plan.on} is mounted at ${at}; its files are below ${at}/rootfs`,
        ...largestOf(largest.stdout),
        `when you are done: ullage umount ${plan.on}`,
      ].map(safeText),
    );
    return EXIT.healthy;
  } finally {
    await host.close();
  }
}

const MOST_SHOWN = 10;

/** Lines of du, the largest first, in KiB. */
function largestOf(text: string): string[] {
  return text
    .split('\n')
    .flatMap((line) => {
      const match = /^(\d+)\t(.+)$/.exec(line);
      return match?.[1] && match[2] ? [{ size: Number(match[1]), path: match[2] }] : [];
    })
    .sort((a, b) => b.size - a.size)
    .slice(0, MOST_SHOWN)
    .map(({ size, path }) => `${(size / 1024).toFixed(1).padStart(10)} MiB  ${path}`);
}
