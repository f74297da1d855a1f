import { UllageError } from '../host/host.ts';
import { safeText } from '../probes/clean.ts';
import { collect } from '../probes/collect.ts';
import { probes } from '../probes/index.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';
import { wholeTargets } from './targets.ts';

/** `ullage capture [HOST] [-o FILE]`: saves what the doctor sees; `--script` prints a shell script that does. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('capture', argv, {
    output: { type: 'string', short: 'o' },
    script: { type: 'boolean' },
    force: { type: 'boolean' },
    deep: { type: 'boolean' },
    timeout: { type: 'string' },
    on: { type: 'string', multiple: true },
  });
  if (positionals.length > 1)
    throw new UllageError(
      'more than one host given',
      positionals.join(' '),
      'One host at a time: ullage capture ssh://user@host',
    );
  if (values.script) {
    if (positionals.length > 0 || values.output !== undefined)
      throw new UllageError(
        'a script is printed, and captures nothing yet',
        `ullage capture ${argv.join(' ')}`,
        'ullage capture --script > capture.sh, then run it on the host',
      );
    const { captureScript } = await import('../probes/capture-script.ts');
    process.stdout.write(captureScript(probes));
    return EXIT.healthy;
  }
  const { openHost } = await import('../host/open.ts');
  const { recordingHost } = await import('../host/record.ts');
  const { writeCapture } = await import('../host/write-capture.ts');
  const targets = wholeTargets(values.on ?? [], positionals[0]);
  const host = recordingHost(await openHost(positionals[0]));
  try {
    const startedAt = new Date().toISOString();
    const { facts, unknown } = await collect(host, probes, {
      deadlineMs: timeoutOf(values.timeout),
      deep: values.deep === true,
      targets,
    });
    const system = Object.assign({}, ...facts.all('system').map((fact) => fact.value)) as {
      hostname?: string;
      kernel?: string;
    };
    const hostname = system.hostname ?? 'host';
    const output =
      values.output ??
      `ullage-${hostname.replaceAll(/[^A-Za-z0-9.-]/g, '_')}-${startedAt.slice(0, 19).replaceAll(':', '')}.tar.gz`;
    await writeCapture(
      output,
      { version: 1, host: { hostname, ...(system.kernel ? { kernel: system.kernel } : {}) }, startedAt, unknown },
      host.entries(),
      { force: values.force === true },
    );
    print([
      safeText(`${output}: ${host.entries().length} answers, secrets masked`),
      ...unknown.map((one) => safeText(`not in it: ${one.what} (${one.why})`)),
    ]);
    return EXIT.healthy;
  } finally {
    await host.close();
  }
}
