/**
 * What masks secrets inside the capture script: a program for any POSIX sed (basic regular
 * expressions, no alternation, no GNU escapes). Whoever reads the capture masks again; here no
 * secret of a usual form may reach the disk. Sizes, ids, digests and paths stay as they are.
 */

/** Letters in either case, for a sed that has no I flag; `-` also `_`, `.` or nothing. */
function either(word: string): string {
  return word.replace(/[a-z]/g, (letter) => `[${letter.toUpperCase()}${letter}]`).replaceAll('-', '[-_.]\\{0,1\\}');
}

/** A name that ends so is a secret, whatever stands before it. */
const ENDINGS = [
  'password',
  'passwd',
  'passphrase',
  'private-key',
  'secret-key',
  'access-key',
  'api-key',
  'encryption-key',
  'key-data',
  'secret',
  'token',
  'credential',
  'registry-auth',
  'basicauth-users',
  'requirepass',
  'masterauth',
];
/** Those that prose puts before a colon, too. */
const PROSE = new Set(['secret', 'token', 'credential']);
/** Only as the last word of a name. */
const WORDS = ['auth', 'pass', 'pw', 'dsn'];

/** inside of a JSON string */
const STRING = String.raw`[^"\\]*\(\\.[^"\\]*\)*`;
/** a value that no quotes surround */
const BARE = String.raw`[^] "'\&;,<>|(){}[]\{1,\}`;

/** The end of a secret's name gets a newline behind it, which no line of input has; then what follows is looked at. */
const NAMES = [
  ...ENDINGS.filter((word) => !PROSE.has(word)).map(
    (word) => String.raw`s/\(${either(word)}[0-9]*["]\{0,1\}: \{1,\}\)[^] "'\,;{[][^ "'\,;]*/\1***/g`,
  ),
  ...ENDINGS.map((word) => `s/${either(word)}[Ss]\\{0,1\\}[0-9]*/&\\\n/g`),
  ...WORDS.map((word) => `s/["_. -]${either(word)}[0-9]*/&\\\n/g`),
  `s/^${either('auth')}/&\\\n/`,
  `s/[-_.][Pp][Ww][Dd]/&\\\n/g`,
  // the name goes on: no secret's end
  String.raw`s/\n\([A-Za-z0-9_.-]\)/\1/g`,
  // "name":"value", also inside a JSON string
  String.raw`s/\n\(" *: *"\)${STRING}/\1***/g`,
  String.raw`s/\n\(\\\\*" *: *\\\\*"\)[^"\\]*/\1***/g`,
  // an element of a list: "NAME=value"
  String.raw`s/\("-*[A-Za-z0-9_.-]*\)\n=${STRING}"/\1=***"/g`,
  String.raw`s/\n\( *[=:] *"\)${STRING}/\1***/g`,
  String.raw`s/\n\( *[=:] *'\)[^']*/\1***/g`,
  String.raw`s/\n=${BARE}/=***/g`,
  String.raw`s/\n\( = *\)${BARE}/\1***/g`,
  String.raw`s/\(-[A-Za-z0-9_.-]*\)\n\( \{1,\}\)[^] "'\-][^ "'\]*/\1\2***/g`,
  String.raw`s/\(-[A-Za-z0-9_.-]*\)\n\(\\*", *\\*"\)[^"\-][^"\]*/\1\2***/g`,
  // `token: unexpected` in a message is prose; a longer value with a digit is none
  String.raw`s/\n\(: \{1,\}\)[^] "'\,;{[]*[0-9/+=_-][^ "'\,;]\{7,\}/\1***/g`,
  String.raw`s/\n\(: \{1,\}\)[^] "'\,;{[]\{7,\}[0-9/+=_-][^ "'\,;]*/\1***/g`,
  String.raw`s/\n//g`,
];

/** Environments of containers: a cursor (newline) goes through the list, so each value is looked at once. */
const ENVIRONMENT = String.raw`/"[Ee][Nn][Vv][Ss]\{0,1\}" *: *\["/{
s/"[Ee][Nn][Vv][Ss]\{0,1\}" *: *\[/&\
/g
:env
s/\n\(,\{0,1\} *"[^"=\\]*\)=${STRING}"/\1=***"\
/g
t env
s/\n\(,\{0,1\} *"[^"=\\]*"\)/\1\
/g
t env
s/\n\(,\{0,1\} *\)"${STRING}"/\1"***"\
/g
t env
s/\n\(,\{0,1\} *"[^"=\\]*=\).*$/\1***/
s/\n//g
}
/"[Ee][Nn][Vv][Ss]\{0,1\}" *: *\[ *$/,/^ *\]/{
s/^\( *"[^"=]*=\).*"\(,\{0,1\}\) *$/\1***"\2/
s/\("[Vv]alue" *: *"\)${STRING}/\1***/
}
s/\(\\"[Ee][Nn][Vv][Ss]\{0,1\}\\" *: *\[\)[^]]*/\1/g`;

const BEGIN = '-----BEGIN [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----';
const END = '-----END [A-Z0-9 ]*PRIVATE KEY[A-Z ]*-----';
const KEYS = `s/${BEGIN}[^"]*${END}/***/g
s/\\(${BEGIN}\\)[^"]\\{1,\\}/\\1***/g
/${BEGIN} *$/,/${END}/{
/-----/!s/..*/***/
}`;

/** What shows by its own form: URLs, headers, tokens with a published prefix, hashes, options of known programs. */
const FORMS = [
  String.raw`s#\(:[\]*/[\]*/\)[^ /"'<>\:]*:[^ /"'<>\]*@#\1***@#g`,
  String.raw`s#\([Hh][Tt][Tt][Pp][Ss]\{0,1\}:[\]*/[\]*/\)[^ /"'<>\]\{1,\}@#\1***@#g`,
  String.raw`s/\([Aa]uthorization[\]*"\{0,1\} *[:=] *[\]*"\{0,1\}[A-Za-z]* \{1,\}\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\([Bb]earer \{1,\}\)[A-Za-z0-9._~+/=-]\{16,\}/\1***/g`,
  String.raw`s/\( --env[ =]\{1,\}[A-Za-z_][A-Za-z0-9_]*=\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\( -e \{1,\}[A-Za-z_][A-Za-z0-9_]*=\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\( login .* -p[ =]*\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\(sshpass \{1,\}-p *\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\(mysql[a-z]* .*-p\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\(mariadb[a-z-]* .*-p\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\(redis-cli .*-a \{1,\}\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\( -u \{1,\}[^ "'\:]\{1,\}:\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/\( --\(proxy-\)\{0,1\}user[ =]\{1,\}[^ "'\:]\{1,\}:\)[^ "'\]\{1,\}/\1***/g`,
  String.raw`s/SWMTKN-1-[A-Za-z0-9-]\{20,\}/***/g`,
  String.raw`s/eyJ[A-Za-z0-9_-]\{10,\}\.eyJ[A-Za-z0-9_.-]\{10,\}/***/g`,
  String.raw`s/gh[pousr]_[A-Za-z0-9]\{20,\}/***/g`,
  String.raw`s/github_pat_[A-Za-z0-9_]\{20,\}/***/g`,
  String.raw`s/glpat-[A-Za-z0-9_-]\{16,\}/***/g`,
  String.raw`s/xox[abprs]-[A-Za-z0-9-]\{10,\}/***/g`,
  String.raw`s/dckr_[po]at_[A-Za-z0-9_-]\{16,\}/***/g`,
  String.raw`s/npm_[A-Za-z0-9]\{30,\}/***/g`,
  String.raw`s/hv[sb]\.[A-Za-z0-9_-]\{20,\}/***/g`,
  String.raw`s/AKIA[0-9A-Z]\{16\}/***/g`,
  String.raw`s/\$2[aby]\$[./A-Za-z0-9$]\{8,\}/***/g`,
  String.raw`s/\$apr1\$[./A-Za-z0-9$]\{8,\}/***/g`,
  String.raw`s/\$[156y]\$[./A-Za-z0-9$]\{8,\}/***/g`,
];

/** The sed program, one command a line. */
export function maskSed(): string {
  return [KEYS, ENVIRONMENT, ...FORMS, ...NAMES].join('\n');
}
