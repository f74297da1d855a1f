/**
 * What masks secrets inside the capture script: a program for POSIX sed (basic regular
 * expressions, no alternation, no GNU escapes). It need not be as thorough as host/mask.ts,
 * which masks again when the capture is read, but no common secret may reach the disk.
 */

/** Letters in either case, for a sed that has no I flag. */
function either(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`).replace(/[-_]/g, '[-_.]\\{0,1\\}');
}

/** inside of a JSON string */
const STRING = String.raw`[^"\\]*\(\\.[^"\\]*\)*`;

/** Secrets whatever stands before them in the name. */
const CERTAIN = ['password', 'passwd', 'passphrase', 'secret', 'token', 'api-key', 'access-key', 'private-key', 'encryption-key', 'key-data', 'credential', 'credentials', 'registry-auth', 'basicauth.users'];
/** Only as a word of their own. */
const WORDS = ['auth', 'pass', 'pwd'];

function named(name: string): string[] {
  return [
    String.raw`s/\(${name}[0-9]*" *: *\)"${STRING}"/\1"***"/g`,
    String.raw`s/\(${name}[0-9]*\\" *: *\\"\)[^"\\]*/\1***/g`,
    String.raw`s/\(${name}[0-9]* *= *\)"[^"]*"/\1"***"/g`,
    String.raw`s/\("-\{0,2\}[A-Za-z0-9_.-]*${name}[0-9]*=\)${STRING}"/\1***"/g`,
    String.raw`s/\(${name}[0-9]*=\)[^] "'&;,<>|(){}[]\{1,\}/\1***/g`,
    String.raw`s/\(${name}[0-9]* = \)[^] "'&;,]\{1,\}/\1***/g`,
    String.raw`s/\(--[A-Za-z-]*${name} \{1,\}\)[^ "'-][^ "']*/\1***/g`,
    String.raw`s/\(--[A-Za-z-]*${name}", *"\)[^"-][^"]*/\1***/g`,
    String.raw`s/^\( *-\{0,1\} *["A-Za-z0-9_.-]*${name}["]\{0,1\}: \{1,\}\)[^ ["{].*$/\1***/`,
  ];
}

const ENVIRONMENT = String.raw`/"[Ee][Nn][Vv][Ss]\{0,1\}" *: *\[/{
s/"[Ee][Nn][Vv][Ss]\{0,1\}" *: *\[/&\
/g
:env
s/\n\(,\{0,1\} *"[^"=\\]*\)=${STRING}"/\1=***"\
/
t env
s/\n\(,\{0,1\} *"[^"=\\]*"\)/\1\
/
t env
s/\n//g
}
/"[Ee][Nn][Vv]" *: *\[ *$/,/^ *\]/s/"\([^"=]*\)=.*"\(,\{0,1\}\) *$/"\1=***"\2/`;

const KEYS = String.raw`s/\(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\)..*\(-----END [A-Z0-9 ]*PRIVATE KEY-----\)/\1***\2/g
s/\(-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----\)[^-]..*$/\1***/
/-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----$/,/-----END [A-Z0-9 ]*PRIVATE KEY-----/{
/-----/!s/..*/***/
}`;

const FORMS = [
  String.raw`s#\(://\)[^ /"'<>]*:[^ /"'<>]*@#\1***@#g`,
  String.raw`s#\([Hh][Tt][Tt][Pp][Ss]\{0,1\}://\)[^ /"'<>]\{1,\}@#\1***@#g`,
  String.raw`s/\([Aa]uthorization: *[A-Za-z]* *\)[^ "']*/\1***/g`,
  String.raw`s/\([Xx]-[Rr]egistry-[Aa]uth: *\)[^ "']*/\1***/g`,
  String.raw`s/\([Bb]earer \{1,\}\)[A-Za-z0-9._~+/=-]\{16,\}/\1***/g`,
  String.raw`s/\( --\{0,1\}e\{0,1\}n\{0,1\}v\{0,1\}[ =]\{1,\}[A-Za-z_][A-Za-z0-9_]*=\)[^ "']\{1,\}/\1***/g`,
  String.raw`s/\( login .* -p[ =]*\)[^ "']\{1,\}/\1***/`,
  String.raw`s/SWMTKN-1-[A-Za-z0-9-]\{20,\}/***/g`,
  String.raw`s/eyJ[A-Za-z0-9_-]\{10,\}\.eyJ[A-Za-z0-9_.-]\{10,\}/***/g`,
  String.raw`s/gh[pousr]_[A-Za-z0-9]\{20,\}/***/g`,
  String.raw`s/dckr_[po]at_[A-Za-z0-9_-]\{16,\}/***/g`,
];

/** The sed program, one command a line. */
export function maskSed(): string {
  return [KEYS, ENVIRONMENT, ...FORMS, ...CERTAIN.flatMap((word) => named(either(word))), ...WORDS.flatMap((word) => named(`["_.-]${either(word)}`))].join('\n');
}
