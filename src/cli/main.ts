import { UllageError } from '../host/host.ts';
import { compilePatternsOnce } from './compile-once.ts';
import { EXIT } from './exit-status.ts';

const VERBS = new Map<string, () => Promise<{ run(argv: string[]): Promise<number> }>>(
  Object.entries({
    doctor: () => import('./doctor.ts'),
    explain: () => import('./explain.ts'),
    capture: () => import('./capture.ts'),
    causes: () => import('./causes.ts'),
    usage: () => import('./usage.ts'),
    plan: () => import('./plan.ts'),
    apply: () => import('./apply.ts'),
    undo: () => import('./undo.ts'),
    journal: () => import('./journal.ts'),
    remedies: () => import('./remedies.ts'),
    mount: () => import('./mount.ts'),
    umount: () => import('./umount.ts'),
    mounts: () => import('./mounts.ts'),
    drivers: () => import('./drivers.ts'),
    thin: () => import('./thin.ts'),
    rescue: () => import('./rescue.ts'),
    watch: () => import('./watch.ts'),
    report: () => import('./report.ts'),
  }),
);

/** Arguments to exit status. `--help` and `--version` are answered before this is loaded. */
export async function main(argv: string[]): Promise<number> {
  process.stdout.on('error', ignoreClosedPipe);
  const [first, ...rest] = argv;
  // plain `ullage`, `ullage --json`, `ullage ssh://host` are the doctor
  const isDoctor = first === undefined || first.startsWith('-') || first.startsWith('ssh://') || first === 'local';
  const verb = isDoctor ? VERBS.get('doctor') : VERBS.get(first);
  try {
    if (!verb)
      throw new UllageError(
        'no such verb',
        `ullage ${first ?? ''}`,
        `Verbs: ${[...VERBS.keys()].join(', ')}. See ullage --help`,
      );
    compilePatternsOnce();
    const { run } = await verb();
    return await run(isDoctor ? argv : rest);
  } catch (error) {
    if (!(error instanceof UllageError)) throw error;
    process.stderr.write(`ullage: ${await printable(error.message)}\n`);
    return EXIT.unknown;
  }
}

/** `ullage | head` closes our output: that is the reader's right, not an error. */
function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(EXIT.healthy);
  throw error;
}

async function printable(text: string): Promise<string> {
  const { safeText } = await import('../probes/clean.ts');
  return safeText(text).slice(0, 2000);
}
