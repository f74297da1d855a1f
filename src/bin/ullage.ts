/**
 * The entry. It knows two constant answers, so that `--version` and `--help` cost no more than
 * Node itself; everything else is loaded when it is asked for.
 */
import { helpText } from '../cli/help.ts';
import { writeOutputWhole } from '../host/whole-output.ts';
import { VERSION } from '../version.ts';

/** Exit status 3 of the monitoring-plugin convention: unknown, or could not look. */
const COULD_NOT_LOOK = 3;
const WANTED_NODE = [20, 19] as const;

const argv = process.argv.slice(2);
const first = argv[0];

function tooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < WANTED_NODE[0] || (major === WANTED_NODE[0] && minor < WANTED_NODE[1]);
}

/** A pipe takes 64 KiB at once, and exit() would drop what its reader has not come to. */
function leave(status: number): void {
  process.stdout.write('', (refused) => {
    // what was printed is not there: the error's own event, which comes next, says why
    if (refused) setImmediate(() => fail(refused));
    else process.exit(status);
  });
}

function fail(error: unknown): void {
  process.stderr.write(`ullage: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(COULD_NOT_LOOK);
}

writeOutputWhole(process.stdout);
// a reader that has seen enough (`ullage | head`) is no error
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  fail(new Error(`standard output cannot be written: ${error.message}. Make room there, or send it elsewhere`));
});
// what is told beside the answer may be lost; a cure at work must not be cut short for it
process.stderr.on('error', () => {});

if (tooOld(process.versions.node)) {
  fail(
    new Error(
      `needs Node ${WANTED_NODE.join('.')} or newer: this is ${process.version}. Install a newer Node and try again.`,
    ),
  );
} else if (argv.length === 1 && (first === '--version' || first === '-v' || first === '-V')) {
  process.stdout.write(`${VERSION}\n`);
} else if ((argv.length === 1 && first === 'help') || argv.some((word) => word === '--help' || word === '-h')) {
  process.stdout.write(helpText(VERSION));
} else {
  // nothing is left that could wake us and yet there is no answer: silence would look like success
  process.once('beforeExit', () => fail(new Error('it ended without an answer; this is a fault of ullage, report it')));
  // exit() and not exitCode: a program left behind in D state must not keep us here
  import('../cli/main.ts').then(({ main }) => main(argv)).then(leave, fail);
}
