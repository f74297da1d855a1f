import { endOfString } from './json-string.ts';
import { MASK } from './mask-sign.ts';

/** A name that ends so is a secret, whatever stands before it (`DBPASSWORD`, `com.example.db-token`). */
const CERTAIN =
  /(?:password|passwd|passphrase|secret|secrets|identitytoken|registrytoken|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|secret[-_.]?key|encryption[-_.]?key|client-key-data|credentials?|x-registry-auth|basicauth\.users)\d{0,3}$/i;
/** Short words are secrets only as a whole word of the name (`REGISTRY_AUTH`, not `bypass`, `oauth` or `PWD`). */
const WORD =
  /(?:^|[-_.])(?:auth|pass|pw|dsn)\d{0,3}$|[-_.]pwd\d{0,3}$|^(?:pgpassfile_content|requirepass|masterauth)$/i;
/** Counts and kinds, not values. */
const HARMLESS = /(?:max|min|num|no|has|use|with|without|need)[-_.]?(?:token|secret|password|credential)s?$/i;

/** Something of it stands in every text with such a name: texts without it, as nearly all are, cost this one test. */
const MAY_HOLD =
  /passw|passphrase|secret|token|(?:api|access|private|encryption)[-_.]?key|client-key-data|credential|x-registry-auth|basicauth\.users|(?<![a-z0-9])(?:auth|pass|pw|dsn)\d{0,3}(?![\w.-])|[-_.]pwd|pgpassfile_content|requirepass|masterauth/i;

/** Is what this name holds a secret? */
export function isSecretName(name: string): boolean {
  return (CERTAIN.test(name) || WORD.test(name)) && !HARMLESS.test(name);
}

// Every pattern starts at the start of a run of name characters and takes the whole run at
// once, so that a long run without a separator is read once, not once for each of its letters.
const NAME = String.raw`(?<![\w.-])([\w.-]{1,200})`;
const IN_JSON = new RegExp(String.raw`${NAME}\\{0,15}"\s{0,20}:\s{0,20}(\\{0,15})"`, 'g');
const ELEMENT = /(?<!\\)(\\{0,15})"-{0,2}([\w.-]{1,200})=/g;
const QUOTED = new RegExp(String.raw`${NAME}([ \t]{0,8}[=:][ \t]{0,8}|[ \t]{1,8})("(?:[^"\\\n]|\\.)*"|'[^'\n]*')`, 'g');
const ASSIGNED = new RegExp(String.raw`${NAME}=([^\s"'&;,<>|(){}\[\]\\]+)`, 'g');
const SPACED = new RegExp(String.raw`${NAME}([ \t]{1,8}=[ \t]{1,8}|:[ \t]{1,8})([^\s"'\\,;]+)`, 'g');
const FLAG = /(?<![\w.-])(--?)([A-Za-z][\w.-]{0,100})([ \t]{1,8}|\\{0,15}",\s{0,40}\\{0,15}")([^\s"'\\-][^\s"'\\]*)/g;

/** Masks values by the name they are given to: `"auth": "…"`, `TOKEN=…`, `password: …`, `--password …`. */
export function maskAssignments(text: string): string {
  if (!MAY_HOLD.test(text)) return text;
  const strings = maskStrings(text, IN_JSON, (match) => [match[1] ?? '', match[2] ?? '']);
  return maskStrings(strings, ELEMENT, (match) => [match[2] ?? '', match[1] ?? ''])
    .replace(QUOTED, (all, name: string, between: string, value: string) => {
      // a quoted word after a space is a value only behind a flag
      if (between.trim() === '' && !name.startsWith('-')) return all;
      return value.length > 2 && isSecretName(name.replace(/^-+/, ''))
        ? `${name}${between}${value[0]}${MASK}${value[0]}`
        : all;
    })
    .replace(ASSIGNED, (all, name: string) => (isSecretName(name.replace(/^-+/, '')) ? `${name}=${MASK}` : all))
    .replace(SPACED, (all, name: string, between: string, value: string) =>
      isSecretName(name) && isValue(name, between, value) ? `${name}${between}${MASK}` : all,
    )
    .replace(FLAG, (all, dashes: string, name: string, between: string) =>
      isSecretName(name) ? `${dashes}${name}${between}${MASK}` : all,
    );
}

/** Masks up to the end of the JSON string that `pattern` leads into; `parts` gives name and escape. */
function maskStrings(
  text: string,
  pattern: RegExp,
  parts: (match: RegExpExecArray) => [name: string, escape: string],
): string {
  pattern.lastIndex = 0;
  let out = '';
  let from = 0;
  for (let match = pattern.exec(text); match; match = pattern.exec(text)) {
    const [name, escape] = parts(match);
    if (!isSecretName(name)) continue;
    const open = match.index + match[0].length;
    const { close } = endOfString(text, open, escape);
    if (close === open) continue; // an empty value hides nothing
    out += text.slice(from, open) + MASK;
    from = close;
    pattern.lastIndex = close;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** `token: unexpected` in a message is prose; a colon gives a value when it looks like one. */
function isValue(name: string, between: string, value: string): boolean {
  if (value === MASK) return true;
  if (between.includes('=')) return true;
  if (/^(?:password|passwd|passphrase)$/i.test(name)) return true;
  return value.length >= 8 && /[\d/+=_-]|[a-z][A-Z]/.test(value);
}
