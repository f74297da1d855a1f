import type { LoadedEntry, RunEntry } from './capture-format.ts';
import type { FileRead, Host, Ran, StatfsRead } from './host.ts';
import { curlArgv } from './http-answer.ts';
import { maskArgv, maskOutput } from './mask.ts';

/** A host that remembers what it answered, secrets masked. */
export interface RecordingHost extends Host {
  /** one for each question, in the order of the first answers; a later answer to it replaces none */
  entries(): LoadedEntry[];
}

/** Wraps a host; its answers go through unchanged, their masked copies are kept. */
export function recordingHost(host: Host): RecordingHost {
  const kept = new Map<string, LoadedEntry>();
  const keep = (key: string, entry: () => LoadedEntry) => {
    if (!kept.has(key)) kept.set(key, entry());
  };
  return {
    label: host.label,
    async run(argv, options) {
      const ran = await host.run(argv, options);
      keep(`run ${JSON.stringify(argv)}`, () => runEntry(argv, ran));
      return ran;
    },
    async get(socket, path, options) {
      const ran = await host.get(socket, path, options);
      const argv = curlArgv(socket, path);
      keep(`run ${JSON.stringify(argv)}`, () => runEntry(argv, ran));
      return ran;
    },
    async read(path, options) {
      const started = performance.now();
      const got = await host.read(path, options);
      keep(`read ${path}`, () =>
        fileEntry(
          'read',
          path,
          got,
          got.ok ? maskOutput({ path }, got.content) : undefined,
          performance.now() - started,
        ),
      );
      return got;
    },
    async statfs(path, options) {
      const started = performance.now();
      const got = await host.statfs(path, options);
      keep(`statfs ${path}`, () =>
        fileEntry('statfs', path, got, got.ok ? JSON.stringify(got.value) : undefined, performance.now() - started),
      );
      return got;
    },
    close: () => host.close(),
    entries: () => [...kept.values()],
  };
}

function runEntry(argv: readonly string[], ran: Ran): LoadedEntry {
  const entry: RunEntry = {
    kind: 'run',
    argv: maskArgv(argv),
    exitCode: ran.exitCode ?? null,
    durationMs: Math.round(ran.durationMs),
    ...(ran.timedOut ? { timedOut: true } : {}),
    ...(ran.notFound ? { notFound: true } : {}),
    ...(ran.truncated ? { truncated: true } : {}),
  };
  return { entry, stdout: maskOutput({ argv }, ran.stdout), stderr: maskOutput({ argv }, ran.stderr) };
}

function fileEntry(
  kind: 'read' | 'statfs',
  path: string,
  got: FileRead | StatfsRead,
  content: string | undefined,
  ms: number,
): LoadedEntry {
  return {
    entry: {
      kind,
      path,
      durationMs: Math.round(ms),
      ...(got.ok ? {} : { error: got.reason }),
      ...(got.ok && 'truncated' in got && got.truncated ? { truncated: true } : {}),
    },
    stdout: '',
    stderr: '',
    ...(content === undefined ? {} : { content }),
  };
}
