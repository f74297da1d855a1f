import { UllageError } from '../host/host.ts';
import { openHost } from '../host/open.ts';
import { safeText } from '../probes/clean.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { print } from './show.ts';
import { wholeTargets } from './targets.ts';
import { stateDirectory } from './watch-options.ts';

/** `ullage report --html FILE`: what the doctor sees now, with the history where there is one, as one page without script. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('report', argv, {
    html: { type: 'string' },
    force: { type: 'boolean' },
    on: { type: 'string', multiple: true },
    usage: { type: 'boolean' },
    history: { type: 'string' },
  });
  const [spec, ...more] = positionals;
  if (more.length > 0)
    throw new UllageError(
      'more than one host given',
      positionals.join(' '),
      'One page a host: ullage report ssh://user@host',
    );
  const targets = wholeTargets(values.on ?? [], spec);
  if (values.html === undefined)
    throw new UllageError('no file given', 'ullage report', 'Give one: ullage report --html ullage.html');
  const history = await existingHistory(values.history);
  const { collect } = await import('../probes/collect.ts');
  const { probes } = await import('../probes/index.ts');
  const { diagnose } = await import('../causes/diagnose.ts');
  const { causes } = await import('../causes/index.ts');
  const { pageHtml } = await import('../web/page.ts');
  const { memoryOver, outlooksOf } = await import('../watch/outlook.ts');
  const { besideOf } = await import('../watch/beside.ts');
  const { writeNewFile } = await import('../host/write-file.ts');
  const started = Date.now();
  const host = await openHost(spec);
  const { facts, unknown } = await collect(host, probes, { targets });
  const { stack, headroom, findings, host: about } = diagnose(facts, causes, 'host', unknown);
  const at = Math.floor(started / 1000);
  const look = { at, seconds: (Date.now() - started) / 1000, host: about, layers: stack, headroom, findings };
  const memory = memoryOver(history);
  const state = { look, outlooks: outlooksOf(look, memory), incidents: [], interval: 60 };
  const scan = [process.execPath, ...process.execArgv, process.argv[1] ?? '', 'usage', '--json'];
  const beside = besideOf({ host, scan, watched: () => false, changed: () => {} });
  // what lies on another host cannot be scanned from here
  const usage = values.usage && spec === undefined ? await beside.measured() : undefined;
  await host.close();
  const view = { state, memory, applies: beside.applies(), range: '7d', now: at, ...(usage ? { usage } : {}) };
  beside.close();
  writeNewFile(values.html, pageHtml(view, false), values.force === true);
  history?.close();
  print([`written: ${values.html}`]);
  return EXIT.healthy;
}

/** The watch's history, where there is one: a report makes none. */
async function existingHistory(chosen: string | undefined) {
  const path = chosen ?? `${stateDirectory()}/history-local.sqlite`;
  const { isThere } = await import('../host/store-directory.ts');
  if (!isThere(path)) {
    if (chosen !== undefined)
      throw new UllageError('no such history', chosen, 'ullage watch --history FILE writes one');
    return undefined;
  }
  const { openHistory } = await import('../watch/history/history.ts');
  try {
    return await openHistory(path);
  } catch (error) {
    if (!(error instanceof UllageError)) throw error;
    // what stands now matters more than what was
    process.stderr.write(`${safeText(error.message)}; the page is made without it\n`);
    return undefined;
  }
}
