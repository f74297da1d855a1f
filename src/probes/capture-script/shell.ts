import type { Ask } from '../probe.ts';
import { STAND_IN } from './templates.ts';

/** Shell text of the script's own: `@{x%y}` stands for `${x%y}`, which a template literal would take for its own. */
export function shell(text: TemplateStringsArray): string {
  return (text.raw[0] ?? '').replaceAll('@{', '$' + '{').trim();
}

/** The shell variable that takes each stand-in's place. */
const VARIABLES: readonly [standIn: string, variable: string][] = [
  [STAND_IN.mount, 'mnt'],
  [STAND_IN.device, 'dev'],
  [STAND_IN.root, 'root'],
  [STAND_IN.socket, 'sock'],
  [STAND_IN.container, 'container'],
  [STAND_IN.config, 'config'],
  [STAND_IN.file, 'back'],
  [STAND_IN.directory, 'dir'],
  [STAND_IN.snapshotter, 'snapshotter'],
  [STAND_IN.profile, 'profile'],
  [STAND_IN.pool, 'pool'],
  [STAND_IN.pid, 'pid'],
];

/** One word for a POSIX shell: between single quotes every character is itself; stand-ins become `"$variable"`. */
export function word(text: string): string {
  for (const [standIn, variable] of VARIABLES) {
    const at = text.indexOf(standIn);
    if (at < 0) continue;
    const after = text.slice(at + standIn.length);
    return `${at === 0 ? '' : word(text.slice(0, at))}"$${variable}"${after === '' ? '' : word(after)}`;
  }
  return /^[\w./:=,+@%-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Words that stand for many become the shell's own list, once. */
function words(argv: readonly string[]): string[] {
  const many = argv.findIndex((text) => text.includes(STAND_IN.each));
  return many < 0 ? argv.map(word) : [...argv.slice(0, many).map(word), '"$@"'];
}

/** Whole seconds: not every sleep takes fractions. */
function seconds(ask: Ask): number {
  return Math.max(1, Math.ceil((ask.timeoutMs ?? 10_000) / 1000));
}

function call(ask: Ask): string {
  switch (ask.kind) {
    case 'run':
      return ['run', seconds(ask), ...words(ask.argv)].join(' ');
    case 'read':
      return `read_file ${seconds(ask)} ${word(ask.path)}`;
    case 'statfs':
      return `statfs ${seconds(ask)} ${word(ask.path)}`;
    case 'get':
      return `api ${seconds(ask)} ${word(ask.socket)} ${word(ask.path)}`;
  }
}

/** One question with its alternatives as one line of the script; nothing at all is a `:`. */
export function line(ask: Ask): string {
  const calls = [call(ask)];
  for (let other = ask.or; other; other = other.or) calls.push(`more ${call(other)}`);
  return `about ${word(ask.what ?? '')}${ask.optional ? ' optional' : ''}; ${calls.join(' || ')} || unsure`;
}

export function lines(asks: readonly Ask[], indent = ''): string {
  return asks.length === 0 ? `${indent}:` : asks.map((ask) => indent + line(ask)).join('\n');
}
