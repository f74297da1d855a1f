import { type Host, UllageError } from '../host/host.ts';
import { openHost } from '../host/open.ts';
import type { CareSettings } from '../watch/care/settings.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { stateDirectory, watchOptions, wholeProgram } from './watch-options.ts';

/** `ullage watch [HOST]`: looks again and again, remembers, foresees, tells, shows. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('watch', argv, {
    interval: { type: 'string' },
    listen: { type: 'string' },
    token: { type: 'string' },
    host: { type: 'string', multiple: true },
    once: { type: 'boolean' },
    textfile: { type: 'string' },
    history: { type: 'string' },
    'no-history': { type: 'boolean' },
    usage: { type: 'string' },
    on: { type: 'string', multiple: true },
    webhook: { type: 'string', multiple: true },
    command: { type: 'string', multiple: true },
    alertmanager: { type: 'string', multiple: true },
    'warn-within': { type: 'string' },
    'critical-within': { type: 'string' },
    for: { type: 'string' },
    care: { type: 'string' },
    root: { type: 'string' },
    quiet: { type: 'boolean' },
    install: { type: 'boolean' },
    uninstall: { type: 'boolean' },
  });
  const [spec, ...more] = positionals;
  if (more.length > 0)
    throw new UllageError(
      'more than one host given',
      positionals.join(' '),
      'One watch a host: ullage watch ssh://user@host',
    );
  if (values.root === '') throw new UllageError('no directory given', '--root', 'Give the directory of a whole system');
  if (values.history === '') throw new UllageError('no file given', '--history', 'Give one, or --no-history');
  const options = watchOptions(values, spec);
  if (values.install || values.uninstall) {
    const { install, uninstall } = await import('./watch-install.ts');
    if (values.uninstall) return uninstall(values.root);
    // what a service would not start with is said now; its token is not known here
    if (values.care !== undefined) await limits(values.care);
    if (values.listen !== undefined) await listening(values.listen, ANY_TOKEN, []);
    return install(argv, values, options.interval);
  }
  if (values.care !== undefined && spec !== undefined)
    throw new UllageError('care is for the host it runs on', `ullage watch ${spec} --care`, 'Start it on that host');
  const care = values.care === undefined ? undefined : await limits(values.care);
  if (values.once && care && values.textfile === undefined && (await closed(care.settings))) return EXIT.healthy;
  const listenTo =
    values.listen === undefined ? undefined : await listening(values.listen, values.token, values.host ?? []);
  const host = await openHost(spec);
  try {
    return await watching(host, { ...values, ...options, spec, listenTo, limits: care });
  } finally {
    await host.close();
  }
}

const ANY_TOKEN = 'a'.repeat(16);

interface Wanted extends ReturnType<typeof watchOptions> {
  spec: string | undefined;
  listenTo: { address: string; port: number; token?: string; hosts: readonly string[] } | undefined;
  /** of care; undefined: nothing runs by itself */
  limits: Limits | undefined;
  once?: boolean;
  textfile?: string;
  history?: string;
  'no-history'?: boolean;
  command?: string[];
  quiet?: boolean;
}

/** What can be read once only. */
const NO_FILE = /^(?:-$|\/dev\/(?:stdin$|fd\/)|\/proc\/self\/fd\/)/;

interface Limits {
  /** the file, by its whole path */
  path: string;
  settings: CareSettings;
}

async function limits(path: string): Promise<Limits> {
  if (NO_FILE.test(path))
    throw new UllageError('care needs a file', `--care ${path}`, 'Each run reads it anew: write the limits to a file');
  const { resolve } = await import('node:path');
  const { readCare } = await import('./watch-care.ts');
  return { path: resolve(path), settings: await readCare(path) };
}

async function closed(settings: CareSettings): Promise<boolean> {
  const { windowLeft } = await import('../watch/care/settings.ts');
  return windowLeft(settings, new Date()) === undefined;
}

async function watching(host: Host, wanted: Wanted): Promise<number> {
  const { Watch } = await import('../watch/watch.ts');
  const { metricsText } = await import('../watch/metrics.ts');
  const { VERSION } = await import('../version.ts');
  const { safeText } = await import('../probes/clean.ts');
  const { hostname } = await import('node:os');
  const senders = await import('../watch/alerts/senders.ts');
  const { interval, spec, quiet } = wanted;
  const say = (line: string) => {
    if (!quiet) process.stderr.write(`${safeText(line).slice(0, 2000)}\n`);
  };
  const name = spec?.replace(/^ssh:\/\/(?:[^@]*@)?/, '') ?? hostname();
  const { history, historyProblem } = await openedHistory(wanted, say);
  const here = await localFor(host, spec);
  let metrics = '';
  let textfileProblem: string | undefined;
  const careful =
    wanted.limits === undefined || wanted.once
      ? undefined
      : await careBesideLooks(here, wanted.limits, wanted.on, say, () => void watch.round());
  const watch = new Watch({
    ...(careful ? { care: careful.runs } : {}),
    host: here,
    local: spec === undefined || spec === 'local',
    doctor: doctorArgv(spec, wanted.on, interval),
    interval,
    history,
    ...(historyProblem === undefined ? {} : { historyProblem }),
    rules: wanted.rules,
    senders: [
      ...wanted.webhook.map((url) => senders.webhook(url, name)),
      ...(wanted.command ?? []).map((path) => senders.command(here, [wholeProgram(path)], name)),
      ...wanted.alertmanager.map((url) => senders.alertmanager(url, name, interval)),
    ],
    say,
    changed(state) {
      metrics = metricsText(state, VERSION);
      web?.push();
      if (state.problem === undefined) careful?.consider(state.look?.findings ?? []);
      if (wanted.textfile === undefined) return;
      try {
        replaceFile(wanted.textfile, metrics);
        textfileProblem = undefined;
      } catch (error) {
        if (!(error instanceof UllageError)) throw error;
        if (textfileProblem !== error.message) say(error.message);
        textfileProblem = error.message;
      }
    },
  });
  const { replaceFile } = await import('../host/replace-file.ts');
  const side = await import('../watch/beside.ts');
  const beside = side.besideOf({
    host: here,
    scan: [...ownArgv(), 'usage', '--json'],
    watched: () => (web?.clients() ?? 0) > 0,
    changed: (what) => web?.push(what === 'usage' ? ['usage'] : ['work', 'applies']),
    ...(wanted.usageEvery === undefined || spec !== undefined ? {} : { every: wanted.usageEvery }),
  });
  const { startWeb } = await import('../web/server.ts');
  let web: Awaited<ReturnType<typeof startWeb>> | undefined;
  try {
    if (wanted.listenTo && !wanted.once) {
      web = await startWeb({
        ...wanted.listenTo,
        metrics: () => metrics,
        view: (range) => {
          const usage = beside.usage();
          return {
            state: watch.state,
            memory: watch.memory,
            applies: beside.applies(),
            range,
            now: Math.floor(Date.now() / 1000),
            ...(usage ? { usage } : {}),
          };
        },
      });
      say(`listening on ${web.url}`);
    }
    await watch.round();
    if (wanted.once) {
      await watch.told();
      if (wanted.limits && watch.state.look) {
        const { careOnce } = await import('./watch-care.ts');
        const runs = await careOnce(here, wanted.limits.settings, watch.state.look.findings, say);
        if (runs.some((run) => run.outcome === 'failed' || run.outcome === 'refused')) return EXIT.warning;
      } else if (wanted.textfile === undefined) process.stdout.write(metrics);
      if (textfileProblem !== undefined) return EXIT.unknown;
      return watch.state.look ? EXIT.healthy : EXIT.unknown;
    }
    await untilEnded(watch, interval, spec === undefined);
    return EXIT.healthy;
  } finally {
    beside.close();
    await careful?.close();
    await web?.close();
    history?.close();
  }
}

/** Looks every `interval`, at once when the kernel says something of storage, until a signal comes. */
async function untilEnded(
  watch: { round(urgent?: boolean): Promise<void> },
  interval: number,
  kernel: boolean,
): Promise<void> {
  const { followKernel } = await import('../host/kernel-follow.ts');
  const { ofStorage } = await import('../watch/kernel-words.ts');
  let heard = Number.NEGATIVE_INFINITY;
  const look = setInterval(() => void watch.round(), interval * 1000);
  const listen = (line: string) => {
    // a storm of messages is one look every 5 s
    if (!ofStorage(line) || performance.now() - heard < 5000) return;
    heard = performance.now();
    void watch.round(true);
  };
  const deaf = kernel ? followKernel(listen) : undefined;
  await new Promise<void>((resolve) => {
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
  clearInterval(look);
  deaf?.();
}

async function careBesideLooks(
  host: Host,
  { path, settings }: Limits,
  targets: readonly string[],
  say: (line: string) => void,
  changed: () => void,
) {
  const { careBeside } = await import('./watch-care.ts');
  const argv = [...ownArgv(), 'watch', '--once', '--care', path, ...targets.flatMap((one) => ['--on', one])];
  return careBeside(host, settings, argv, say, changed);
}

/** The doctor as a program of its own: this very command. It reaches the host by itself. */
function doctorArgv(spec: string | undefined, targets: readonly string[], interval: number): string[] {
  return [
    ...ownArgv(),
    'doctor',
    ...(spec === undefined ? [] : [spec]),
    '--json',
    '--timeout',
    String(Math.max(60, Math.min(600, interval))),
    ...targets.flatMap((path) => ['--on', path]),
  ];
}

/** This very command, as a program of its own. */
function ownArgv(): string[] {
  return [process.execPath, ...process.execArgv, process.argv[1] ?? ''];
}

async function localFor(host: Host, spec: string | undefined): Promise<Host> {
  if (spec === undefined || spec === 'local') return host;
  return openHost(undefined);
}

async function openedHistory(wanted: Wanted, say: (line: string) => void) {
  if (wanted['no-history'] || (wanted.once && wanted.history === undefined)) return { history: undefined };
  const { openHistory } = await import('../watch/history/history.ts');
  const path =
    wanted.history ??
    `${stateDirectory()}/history-${wanted.spec === undefined ? 'local' : wanted.spec.replaceAll(/[^\w.-]/g, '_')}.sqlite`;
  try {
    return { history: await openHistory(path) };
  } catch (error) {
    if (!(error instanceof UllageError)) throw error;
    say(`${error.message}; going on without a history`);
    const { triedAgain } = await import('../watch/history/tried-again.ts');
    return { history: triedAgain(() => openHistory(path), error.message), historyProblem: error.message };
  }
}

async function listening(text: string, token: string | undefined, hosts: readonly string[]) {
  const { isLoopback } = await import('../web/guard.ts');
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65535)
    throw new UllageError('not an address with a port', `--listen ${text}`, 'Give for example --listen 127.0.0.1:9723');
  const address = match[1] ?? match[2] ?? '';
  const secret = token ?? process.env['ULLAGE_TOKEN'];
  if (!isLoopback(address) && secret === undefined)
    throw new UllageError(
      'anybody could look',
      `--listen ${text}`,
      'Outside of loopback a token is needed (ULLAGE_TOKEN=… in the environment), and TLS by a proxy in front of it',
    );
  if (secret !== undefined && !/^[\w.~+/=-]{16,256}$/.test(secret))
    throw new UllageError(
      'the token is too weak',
      '--token',
      'Give 16 or more letters and digits, for example from: openssl rand -hex 24',
    );
  return { address, port, hosts, ...(secret === undefined ? {} : { token: secret }) };
}
