import { diagnose } from '../causes/diagnose.ts';
import { causes } from '../causes/index.ts';
import type { Report } from '../causes/report.ts';
import { UllageError } from '../host/host.ts';
import { collect } from '../probes/collect.ts';
import { factsOfCapture } from '../probes/from-capture.ts';
import { probes } from '../probes/index.ts';
import { parseVerb, timeoutOf } from './arguments.ts';
import { exitStatus } from './exit-status.ts';
import { SHOW_OPTIONS, show } from './show.ts';
import { wholeTargets } from './targets.ts';

/** `ullage [doctor] [HOST]`: looks at a machine or a capture and says what is full. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('doctor', argv[0] === 'doctor' ? argv.slice(1) : argv, {
    ...SHOW_OPTIONS,
    capture: { type: 'string' },
    on: { type: 'string', multiple: true },
    deep: { type: 'boolean' },
    timeout: { type: 'string' },
  });
  const [spec, ...more] = positionals;
  if (more.length > 0)
    throw new UllageError(
      'more than one host given',
      positionals.join(' '),
      'One host at a time: ullage ssh://user@host',
    );
  if (spec !== undefined && values.capture !== undefined)
    throw new UllageError(
      'a host and a capture given',
      `${spec} and --capture ${values.capture}`,
      'Give one of the two',
    );
  const timeout = timeoutOf(values.timeout);
  const looked =
    values.capture === undefined
      ? await lookAt(spec, timeout, values.deep === true, wholeTargets(values.on ?? [], spec))
      : await replay(values.capture, values.on ?? []);
  const command = ['ullage doctor', spec, values.capture === undefined ? undefined : `--capture ${values.capture}`]
    .filter((word) => word !== undefined)
    .join(' ');
  await show(looked.report, values, causes, command);
  return exitStatus(looked.report, looked.sawAnything);
}

interface Looked {
  report: Report;
  sawAnything: boolean;
}

async function lookAt(
  spec: string | undefined,
  deadlineMs: number,
  deep: boolean,
  targets: readonly string[],
): Promise<Looked> {
  const { openHost } = await import('../host/open.ts');
  const host = await openHost(spec);
  try {
    const { facts, unknown } = await collect(host, probes, { deadlineMs, deep, targets });
    return { report: diagnose(facts, causes, 'host', unknown), sawAnything: facts.list.length > 0 };
  } finally {
    await host.close();
  }
}

async function replay(path: string, targets: readonly string[]): Promise<Looked> {
  const { captureHost } = await import('../host/capture.ts');
  const capture = await captureHost(path);
  const { facts, unknown } = factsOfCapture(capture.entries(), probes, targets, capture.manifest.unknown);
  await capture.close();
  const report = diagnose(facts, causes, 'host', unknown);
  // a capture made by hand may name its host in the manifest alone
  const { hostname, kernel } = capture.manifest.host;
  if (hostname !== 'unknown') report.host.hostname ??= hostname;
  if (kernel) report.host.kernel ??= kernel;
  return { report, sawAnything: facts.list.length > 0 };
}
