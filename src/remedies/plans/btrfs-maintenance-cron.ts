import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { ask } from './planned.ts';

/** A cron file that starts a balance: a table (crontab(5)) or a script that run-parts(8) starts. */
export interface Crontab {
  path: string;
  script: boolean;
}

const PLACES = [
  ...['/etc/crontab', '/etc/cron.d', '/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly', '/etc/cron.monthly'],
  '/var/spool/cron',
];
/** A line that is no comment and starts a balance; our own table says so in its name. */
const LINE = '^[^#]*btrfs[[:space:]]+(fi[a-z]*[[:space:]]+)?balance';

export function* findBalanceCron(): Generator<Look, Crontab[], Ran> {
  const found = yield* ask(['grep', '-rIlsE', LINE, ...PLACES]);
  const paths = found.stdout.split('\n').filter((path) => path.startsWith('/') && !/\/ullage-[\w-]+$/.test(path));
  const jobs: Crontab[] = [];
  for (const path of paths.sort()) {
    const script = /\/cron\.(?:hourly|daily|weekly|monthly)\//.test(path);
    // a script that cannot be run is off already
    if (!script || (yield* ask(['test', '-x', path])).exitCode === 0) jobs.push({ path, script });
  }
  return jobs;
}

/** Switches them off: a script loses its x, a line becomes a comment that undo takes away again. */
export function cronSteps(jobs: readonly Crontab[], id: string): Step[] {
  const sign = `#${id} `;
  return jobs.map(({ path, script }, index): Step => {
    const common = {
      id: `cron-${index + 1}`,
      title: `switch off the balance in ${path}`,
      why: 'Without limits it runs for hours beside the containers, and fails just when it is needed.',
      risk: 'online' as const,
      idempotent: true,
      ifStopped: 'Old and new jobs may run side by side: the second waits or is refused, nothing breaks.',
    };
    if (script)
      return {
        ...common,
        run: [['chmod', 'a-x', path]],
        undo: [['chmod', 'a+x', path]],
        before: [{ says: `${path} is run by cron`, run: ['test', '-x', path] }],
        after: [{ says: `${path} is not run by cron`, run: ['test', '-x', path], exit: 1 }],
      };
    return {
      ...common,
      run: [['sed', '--in-place', '--regexp-extended', `s/${LINE.replaceAll('/', '\\/')}/${sign}&/`, path]],
      undo: [['sed', '--in-place', `s/^${sign}//`, path]],
      before: [{ says: `${path} starts a balance`, run: ['grep', '-qE', LINE, path] }],
      after: [{ says: `${path} starts no balance`, run: ['grep', '-qE', LINE, path], exit: 1 }],
    };
  });
}
