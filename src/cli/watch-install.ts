import { dirname, resolve } from 'node:path';
import { UllageError } from '../host/host.ts';
import { installUnit, removeUnit } from '../host/service-unit.ts';
import { unitText } from '../watch/unit.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';

const NAME = 'ullage-watch.service';

/** `ullage watch --install [options]`: a service that watches with these options. */
export async function install(options: readonly string[]): Promise<number> {
  needsRoot('--install');
  if (options.some((word) => word.startsWith('--token')))
    throw new UllageError(
      'a token would stand in the unit for all to read',
      '--token',
      `Put Environment=ULLAGE_TOKEN=… into: systemctl edit ${NAME}`,
    );
  const at = options.indexOf('--textfile');
  const textfile = at < 0 ? undefined : options[at + 1];
  const path = await installUnit(
    NAME,
    unitText(
      [process.execPath, resolve(process.argv[1] ?? ''), 'watch', ...options],
      textfile === undefined ? [] : [dirname(resolve(textfile))],
    ),
  );
  print([
    `${NAME} is installed and runs (${path})`,
    `its log: journalctl -u ${NAME}; away with it: ullage watch --uninstall`,
  ]);
  return EXIT.healthy;
}

/** `ullage watch --uninstall`: the history stays in /var/lib/ullage. */
export async function uninstall(): Promise<number> {
  needsRoot('--uninstall');
  const path = await removeUnit(NAME);
  print([path === undefined ? 'There was no service of ours.' : `stopped and taken away: ${path}; the history stays`]);
  return EXIT.healthy;
}

function needsRoot(option: string): void {
  if (process.getuid?.() !== 0) throw new UllageError('only root may do that', `ullage watch ${option}`, 'Use sudo');
}
