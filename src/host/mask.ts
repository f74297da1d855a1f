import { maskEnvironments } from './mask-environment.ts';
import { isSecretName, maskAssignments } from './mask-names.ts';
import { maskPatterns } from './mask-patterns.ts';
import { MASK } from './mask-sign.ts';

/**
 * Secrets never enter a capture. Masked are: environment variables of containers, registry
 * credentials, passwords and tokens in command lines and configuration, private keys, user and
 * password of URLs. Sizes, paths, ids and digests stay. The text stays JSON if it was JSON, and
 * masking twice changes nothing more.
 */
export function maskText(text: string): string {
  let masked = text;
  // a mask can show a rule what garbled text hid from it: until nothing changes, at most 8 times
  for (let pass = 0; pass < 8; pass++) {
    const next = maskAssignments(maskPatterns(maskEnvironments(masked)));
    if (next === masked) break;
    masked = next;
  }
  return masked;
}

/** The output of a command or the content of a file; some are environments as a whole. */
export function maskOutput(origin: { argv: readonly string[] } | { path: string }, text: string): string {
  const environment = 'path' in origin ? /\/environ$/.test(origin.path) : printsEnvironment(origin.argv);
  const masked = environment ? text.replace(/(^|[\n\0[ ])([A-Za-z_]\w*)=[^\n\0]*/g, `$1$2=${MASK}`) : text;
  return maskText(masked);
}

function printsEnvironment(argv: readonly string[]): boolean {
  const line = argv.join(' ');
  return /^(?:\S*\/)?(?:env|printenv)$/.test(line) || /\.Config\.Env\b|\/environ\b|\bshow-environment\b/.test(line);
}

const VALUE_OF_NEXT: readonly [program: RegExp, flags: RegExp][] = [
  [/^(?:docker|podman|nerdctl|buildah|ctr)$/, /^(?:-e|--env|--build-arg)$/],
  [/^(?:docker|podman|nerdctl|helm|buildah|skopeo|sshpass)$/, /^-p$/],
  [/^(?:curl|wget)$/, /^(?:-u|--user|--proxy-user|-U)$/],
  [/^redis-cli$/, /^-a$/],
];

/** An argv with its secret arguments masked; the others are as they were. */
export function maskArgv(argv: readonly string[]): string[] {
  const programs = argv.map((word) => word.slice(word.lastIndexOf('/') + 1));
  return argv.map((word, index) => {
    const flag = argv[index - 1] ?? '';
    if (
      index > 0 &&
      /^--?[A-Za-z]/.test(flag) &&
      !flag.includes('=') &&
      isSecretName(flag.replace(/^-+/, '')) &&
      !word.startsWith('-')
    )
      return MASK;
    for (const [program, flags] of VALUE_OF_NEXT) {
      if (!flags.test(flag) || !programs.some((name) => program.test(name))) continue;
      if (flag === '-p' && !argv.includes('login') && !programs.includes('sshpass')) continue; // a published port
      const name = /^[A-Za-z_]\w*=/.exec(word)?.[0];
      if (name) return `${name}${MASK}`;
      if (!/^(?:-e|--env|--build-arg)$/.test(flag)) return MASK;
    }
    return maskText(word);
  });
}
