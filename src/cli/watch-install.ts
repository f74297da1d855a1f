import { resolve } from 'node:path';
import { UllageError } from '../host/host.ts';
import { installUnits, removeUnits, type UnitFile } from '../host/service-unit.ts';
import { careUnitText, timerText, unitText } from '../watch/unit.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';
import { wholeProgram } from './watch-options.ts';

const NAME = 'ullage-watch';
const CARE = 'ullage-care';
const ALL = [`${NAME}.timer`, `${NAME}.service`, `${CARE}.timer`, `${CARE}.service`];

interface Given {
  once?: boolean;
  care?: string;
  root?: string;
  textfile?: string;
  token?: string;
  history?: string;
  on?: string[];
  webhook?: string[];
  command?: string[];
  alertmanager?: string[];
}

/** Where what was seen can go. */
const TAKES = ['textfile', 'history', 'webhook', 'command', 'alertmanager', 'care'] as const;
/** Options that name a file. */
const FILES = ['--textfile', '--history', '--command', '--on'];

/**
 * `ullage watch --install [options]`: a service that watches with these options; with --once a timer that looks
 * each interval; with --care a timer of its own that lets the chosen remedies run.
 */
export async function install(argv: readonly string[], given: Given, every: number): Promise<number> {
  needsRoot('--install');
  if (given.token !== undefined)
    throw new UllageError(
      'a token would stand in the unit for all to read',
      '--token',
      `Put Environment=ULLAGE_TOKEN=… into: systemctl edit ${NAME}.service`,
    );
  const self = [process.execPath, resolve(process.argv[1] ?? ''), 'watch'];
  const options = without(argv, ['--install'], ['--care', '--root']);
  const once = given.once === true;
  if (once && !TAKES.some((name) => given[name] !== undefined))
    throw new UllageError(
      'nobody would get what a timer sees',
      '--install --once',
      `Give one of ${TAKES.map((name) => `--${name}`).join(', ')}; or leave --once out: a service keeps a history`,
    );
  const units: UnitFile[] = [
    {
      name: `${NAME}.service`,
      text: unitText([...self, ...wholePaths(options)], once),
      enabled: !once,
    },
  ];
  if (once)
    units.push({
      name: `${NAME}.timer`,
      text: timerText('ullage watch: looks again and again', `${NAME}.service`, { seconds: every }),
      enabled: true,
    });
  if (given.care !== undefined) {
    const places = (given.on ?? []).flatMap((one) => ['--on', resolve(one)]);
    units.push(
      {
        name: `${CARE}.service`,
        text: careUnitText([...self, '--once', '--care', resolve(given.care), ...places]),
        enabled: false,
      },
      {
        // outside of the window it ends at once: a window changed in the file holds without a new installation
        name: `${CARE}.timer`,
        text: timerText('ullage care: inside its window', `${CARE}.service`, { calendar: '*:0/10' }),
        enabled: true,
      },
    );
  }
  const place = given.root === undefined ? {} : { root: resolve(given.root) };
  // what an earlier installation had and this one has not; a service that runs would never be started by a timer
  const stale = ALL.filter((name) => (once && name === `${NAME}.service`) || !units.some((unit) => unit.name === name));
  await removeUnits(stale, place);
  const { paths, started, notEnabled } = await installUnits(units, place);
  const starts = units.filter((unit) => unit.enabled).map((unit) => unit.name);
  print([
    ...paths.map((path) => `written: ${path}`),
    started
      ? `started: ${starts.join(', ')}`
      : notEnabled === undefined
        ? `systemd is not at work ${given.root === undefined ? 'here' : `in ${given.root}`}: ${starts.join(', ')} will start with it`
        : `not enabled (${notEnabled}): systemctl enable --now ${starts.join(' ')}`,
    `its log: journalctl -u ${NAME}.service; away with it: ullage watch --uninstall`,
  ]);
  return EXIT.healthy;
}

/** `ullage watch --uninstall`: the history and the journals of what was applied stay. */
export async function uninstall(root: string | undefined): Promise<number> {
  needsRoot('--uninstall');
  const paths = await removeUnits(ALL, root === undefined ? {} : { root: resolve(root) });
  const state = root === undefined ? '/var/lib/ullage' : resolve(root, 'var/lib/ullage');
  print([
    ...(paths.length === 0 ? ['There was no service of ours.'] : paths.map((path) => `taken away: ${path}`)),
    `What stays, where there is any: history and journals in ${state}`,
  ]);
  return EXIT.healthy;
}

/** Options without these flags and without these that have a value. */
function without(argv: readonly string[], flags: readonly string[], valued: readonly string[]): string[] {
  const kept: string[] = [];
  for (let index = 0; index < argv.length; index++) {
    const word = argv[index] ?? '';
    if (flags.includes(word) || valued.some((name) => word.startsWith(`${name}=`))) continue;
    if (valued.includes(word)) index++;
    else kept.push(word);
  }
  return kept;
}

/** A service is started in `/`: files are named whole. */
function wholePaths(options: readonly string[]): string[] {
  return options.map((word, index) => {
    const before = options[index - 1] ?? '';
    if (FILES.includes(before)) return whole(before, word);
    const [name = '', value] = word.split(/=(.*)/s);
    return value !== undefined && FILES.includes(name) ? `${name}=${whole(name, value)}` : word;
  });
}

const whole = (option: string, path: string): string => (option === '--command' ? wholeProgram(path) : resolve(path));

function needsRoot(option: string): void {
  if (process.getuid?.() !== 0) throw new UllageError('only root may do that', `ullage watch ${option}`, 'Use sudo');
}
