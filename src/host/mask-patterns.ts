import { MASK } from './mask-sign.ts';

/** Secrets that show by their own form, wherever they stand. */
export function maskPatterns(text: string): string {
  return maskCommandLines(maskUrls(maskKeys(text)))
    .replace(
      /\b((?:(?:proxy-)?authorization|x-registry-auth)\\{0,15}"[ \t]{0,8}:[ \t]{0,8}\\{0,15}"(?:[a-z]{1,12}[ \t]{1,8})?)[^\s"'\\]+/gi,
      `$1${MASK}`,
    )
    .replace(
      /\b((?:proxy-)?authorization[ \t]{0,8}[:=][ \t]{0,8}(?:basic|bearer|token|digest)[ \t]{1,8})[^\s"'\\]+/gi,
      `$1${MASK}`,
    )
    .replace(/\b(x-registry-auth[ \t]{0,8}[:=][ \t]{0,8})[^\s"'\\]+/gi, `$1${MASK}`)
    .replace(/\b(bearer[ \t]{1,8})[\w.~+/=-]{16,}/gi, `$1${MASK}`)
    .replace(TOKENS, MASK);
}

/**
 * Tokens with a published prefix: GitHub, GitLab, Slack, Docker Hub, npm, Vault, AWS, Docker
 * Swarm's join token, JSON Web Tokens, crypt(5) and htpasswd hashes.
 */
const TOKENS =
  /\b(?:gh[pousr]_[A-Za-z0-9]{20,255}|github_pat_\w{20,255}|glpat-[\w-]{16,255}|xox[abprs]-[\w-]{10,255}|dckr_[po]at_[\w-]{16,255}|npm_[A-Za-z0-9]{30,255}|hv[sb]\.[\w-]{20,255}|AKIA[0-9A-Z]{16}|SWMTKN-1-[\w-]{20,255}|eyJ[\w-]{10,4000}\.eyJ[\w-]{10,4000}(?:\.[\w-]*)?)|\$(?:2[aby]|apr1|[156y])\$[./A-Za-z0-9$]{8,200}/g;

const PEM_BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
/** lines of base64 after a BEGIN whose END is missing (cut output) */
const PEM_LINES = /(?:(?:\s|\\r|\\n){1,8}[A-Za-z0-9+/=]{16,200}){1,2000}/y;
/** a private key is some KiB */
const PEM_MAX = 64 * 1024;

function maskKeys(text: string): string {
  PEM_BEGIN.lastIndex = 0;
  let out = '';
  let from = 0;
  for (let match = PEM_BEGIN.exec(text); match; match = PEM_BEGIN.exec(text)) {
    const body = match.index + match[0].length;
    const near = text.slice(body, body + PEM_MAX);
    const length = near.search(/-----(?:END|BEGIN) /);
    let end = body;
    if (length >= 0 && near.startsWith('-----END ', length)) end = body + length;
    else {
      PEM_LINES.lastIndex = body;
      end = PEM_LINES.exec(text) ? PEM_LINES.lastIndex : body;
    }
    out += text.slice(from, body) + MASK;
    from = text.startsWith(MASK, end) && end === body ? end + MASK.length : end;
    PEM_BEGIN.lastIndex = from;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** `https://user:pass@host` and `https://token@host`; the user of ssh://, git+ssh:// … stays unless a password follows. */
function maskUrls(text: string): string {
  return text.replace(/(:\\?\/\\?\/)([^\s/"'<>\\]{1,2000})@/g, (all, slashes: string, user: string, at: number) => {
    const http = /(?:https?|ftps?|wss?)$/i.test(text.slice(Math.max(0, at - 6), at));
    return http || user.includes(':') ? `${slashes}${MASK}@` : all;
  });
}

/**
 * Short options mean something else with every program: the lines of those whose short options
 * take a secret, and what to mask in the rest of such a line. Each line is read once.
 */
const SHORT: readonly [line: RegExp, mask: (rest: string) => string][] = [
  [
    /\b(?:docker|podman|nerdctl|helm|buildah|skopeo|oc|az)[ \t]([^\n]*)/g,
    (rest) => rest.replace(/\blogin\b[^\n]*/, (login) => login.replace(/([ \t]-p[ =]{0,4})[^\s"'\\]+/g, `$1${MASK}`)),
  ],
  [/\bsshpass[ \t]([^\n]*)/g, (rest) => rest.replace(/((?:^|[ \t])-p[ \t]{0,8})[^\s"'\\]+/, `$1${MASK}`)],
  [
    /\b(?:mysql|mysqldump|mysqladmin|mariadb|mariadb-dump)[ \t]([^\n]*)/g,
    (rest) => rest.replace(/((?:^|[ \t])-p)[^\s"'\\]+/g, `$1${MASK}`),
  ],
  [/\bredis-cli[ \t]([^\n]*)/g, (rest) => rest.replace(/((?:^|[ \t])-a[ \t]{1,8})[^\s"'\\]+/g, `$1${MASK}`)],
  [
    /\b(?:curl|wget)[ \t]([^\n]*)/g,
    (rest) =>
      rest.replace(/((?:^|[ \t])(?:-u|-U|--user|--proxy-user)[ =]{0,4})[^\s"'\\:]{1,200}:[^\s"'\\]+/g, `$1${MASK}`),
  ],
  // docker run -e NAME=value: variables of a container
  [
    /\b(?:docker|podman|nerdctl)[ \t]([^\n]*)/g,
    (rest) =>
      rest.replace(
        /([ \t](?:-e|--env)[ \t=]{1,4}["']?[A-Za-z_]\w{0,100}=)(?:"[^"\n]*"|'[^'\n]*'|[^\s"'\\]+)/g,
        `$1${MASK}`,
      ),
  ],
];

function maskCommandLines(text: string): string {
  let masked = text;
  for (const [line, mask] of SHORT) {
    masked = masked.replace(line, (whole, rest: string) => whole.slice(0, whole.length - rest.length) + mask(rest));
  }
  return masked;
}
