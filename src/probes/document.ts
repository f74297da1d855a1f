/**
 * A document is one text a machine (or a person) gave us: the output of a command, a file,
 * or something pasted. Probes read documents; they do not know where one came from.
 */
export interface Line {
  /** 1-based, in the text as it was given */
  n: number;
  /** cleaned: no terminal escapes, no quote marks, fences, or prompts (see clean.ts) */
  text: string;
}

export type Origin =
  | { kind: 'run'; argv: readonly string[] }
  | { kind: 'read'; path: string }
  | { kind: 'statfs'; path: string }
  | { kind: 'paste' };

export interface Document {
  origin: Origin;
  lines: readonly Line[];
  /** the cleaned lines joined with \n */
  text: string;
  /** JSON values found in the text, with the line they start on */
  json: readonly { value: unknown; line: number }[];
  exitCode?: number | undefined;
  /** true for lines that came from stderr when the document is a run */
  stderr: readonly Line[];
}

/** The program of a run, without wrappers (`sudo`, `timeout 5`, `nsenter … --`, `env`, `sh -c`), or ''. */
export function programOf(origin: Origin): string {
  return origin.kind === 'run' ? (unwrapArgv(origin.argv)[0] ?? '') : '';
}

const WRAPPERS = new Set([
  'sudo',
  'timeout',
  'nsenter',
  'env',
  'nice',
  'ionice',
  'stdbuf',
  'command',
  'exec',
  'chroot',
]);

/** argv without wrappers and directory: `['sudo','/sbin/dmsetup','table']` → `['dmsetup','table']`. */
export function unwrapArgv(argv: readonly string[]): string[] {
  let rest = [...argv];
  for (let guard = 0; guard < 8 && rest.length > 0; guard++) {
    const program = basename(rest[0] ?? '');
    if (!WRAPPERS.has(program)) break;
    const dashes = rest.indexOf('--');
    if (program === 'nsenter' && dashes > 0) rest = rest.slice(dashes + 1);
    else {
      let i = 1;
      // options, assignments, and the numbers that `timeout 5` and `nsenter -t 123` take
      while (i < rest.length && /^(-|\d+[smh]?$|[A-Za-z_]+=)/.test(rest[i] ?? '')) i++;
      rest = rest.slice(i);
    }
  }
  if (rest.length > 0) rest[0] = basename(rest[0] ?? '');
  return rest;
}

function basename(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}
