import type { ChangingHost } from './changing.ts';
import { UllageError } from './host.ts';

/**
 * Faults on purpose, for rehearsals: `ULLAGE_FAULT=KIND:N` at the N-th program that changes the
 * machine (or the N-th line of the journal).
 * - `fail`: it does not run and ends with 1; `fail-after`: it runs and is said to have failed
 * - `timeout`: it does not run and does not answer in time
 * - `kill`: SIGKILL to ullage alone as soon as the program runs; `kill-both`: to the program too
 * - `kill-before`, `kill-after`: SIGKILL to ullage before it starts, after it ended
 * - `kill-write`: SIGKILL behind the N-th line of the journal
 */
export interface Fault {
  kind: (typeof KINDS)[number];
  at: number;
}

const KINDS = [
  'fail',
  'fail-after',
  'timeout',
  'kill',
  'kill-both',
  'kill-before',
  'kill-after',
  'kill-write',
] as const;

/** By then a program on a remote host runs. */
const REMOTE_START_MS = 300;

/** @throws UllageError when it is not one of the kinds with a number from 1 */
export function faultOf(text: string | undefined): Fault | undefined {
  if (!text) return undefined;
  const [name, number] = text.split(':');
  const kind = KINDS.find((one) => one === name);
  const at = Number(number);
  if (!kind || !Number.isSafeInteger(at) || at < 1)
    throw new UllageError('no such fault', `ULLAGE_FAULT=${text}`, `KIND:N with KIND one of ${KINDS.join(', ')}`);
  return { kind, at };
}

/** The same host, with the fault in it. */
export function faultyHost(host: ChangingHost, fault: Fault): ChangingHost {
  let count = 0;
  return {
    ...host,
    async change(argv, options) {
      count++;
      if (count !== fault.at) return host.change(argv, options);
      const said = { stdout: '', stderr: 'a fault on purpose', durationMs: 0 };
      switch (fault.kind) {
        case 'fail':
          return { ...said, exitCode: 1 };
        case 'timeout':
          return { ...said, timedOut: true };
        case 'kill-before':
          return die();
        case 'fail-after':
          return { ...(await host.change(argv, options)), exitCode: 1, stderr: said.stderr };
        case 'kill-after':
          await host.change(argv, options);
          return die();
        case 'kill':
        case 'kill-both': {
          const changed = host.change(argv, {
            ...options,
            onStart(mark) {
              options.onStart?.(mark);
              if (fault.kind === 'kill-both') process.kill(mark.pid, 'SIGKILL');
              die();
            },
          });
          // a remote host does not tell when the program starts
          await Promise.race([changed, new Promise((resolve) => setTimeout(resolve, REMOTE_START_MS))]);
          return die();
        }
        default:
          return host.change(argv, options);
      }
    },
  };
}

/** As `kill -9` by somebody else: no handler runs, nothing is flushed. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // the signal is delivered before the next line of ours; this satisfies the type alone
  for (;;);
}
