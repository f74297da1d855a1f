import { UllageError } from '../host/host.ts';
import { openHost } from '../host/open.ts';
import { safeText } from '../probes/clean.ts';
import { collect } from '../probes/collect.ts';
import { probes } from '../probes/index.ts';
import { compareDrivers } from '../stack/drivers.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { styleFor, wrap } from './render/style.ts';
import { print } from './show.ts';

/** `ullage drivers [HOST]`: Docker's storage drivers, and which of them this host can use. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('drivers', argv, {
    json: { type: 'boolean' },
    timeout: { type: 'string' },
    'no-color': { type: 'boolean' },
  });
  if (positionals.length > 1)
    throw new UllageError('more than one host given', positionals.join(' '), 'One host at a time');
  const host = await openHost(positionals[0]);
  try {
    const { facts } = await collect(host, probes, { deadlineMs: timeoutOf(values.timeout) });
    const known = await host.read('/proc/filesystems');
    const comparison = compareDrivers(facts, known.ok ? known.content : '');
    if (values.json) {
      print([JSON.stringify(comparison, null, 2)]);
      return EXIT.healthy;
    }
    const style = await styleFor(process.stdout, values['no-color'] === true);
    print([
      safeText(
        `${comparison.root ?? 'no data root known'} on ${comparison.fileSystem ?? 'a file system that is not known'}, Docker ${comparison.docker ?? 'not seen'}`,
      ),
    ]);
    for (const driver of comparison.drivers) {
      const marks = [
        driver.current ? 'in use' : '',
        driver.usable === false ? 'cannot be used here' : driver.usable ? 'can be used here' : 'not known',
      ]
        .filter((mark) => mark !== '')
        .join(', ');
      print([
        '',
        `${style.bold(driver.name)}  ${marks}`,
        ...driver.why.flatMap((line) => wrap(line, style.width, '  ')),
        ...wrap(driver.runsOut, style.width, '  '),
      ]);
    }
    if (comparison.advice) print(['', comparison.advice]);
    return EXIT.healthy;
  } finally {
    await host.close();
  }
}
