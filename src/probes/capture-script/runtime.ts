import { maskSed } from './mask-sed.ts';
import { shell } from './shell.ts';

/**
 * The fixed part of the script: POSIX shell only (dash, BusyBox, bash 3 and later).
 *
 * Every command runs in the background, in a session of its own, and says by files that it has
 * begun (its process id) and ended (its exit status). The shell looks for those files and never
 * waits for a process: one in D state takes no signal and is left behind, holding none of our
 * streams. What a command prints is cut and masked on its way, before it is stored.
 */

/** Bytes kept of one output, as the other doors to a machine keep. */
const MOST_BYTES = 16 * 1024 * 1024;
/** When commands have hung for so many seconds together, the others get one second each. */
const PATIENCE = 120;
/** What a capture needs at least; most are smaller. */
const ROOM = 'bs=65536 count=64';

const PLACE = shell`
LC_ALL=C; export LC_ALL
PATH="@{PATH:+$PATH:}/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"; export PATH
umask 077
set -f

say() { printf 'ullage: %s\n' "$*" >&2; }

# place DIRECTORY: makes the capture's directory $D there, if it takes a few MiB
place() {
  [ -d "$1" ] && [ -w "$1" ] || return 1
  copy=1
  D=@{1%/}/$name
  while [ -e "$D.tar.gz" ] || ! mkdir "$D" 2>/dev/null; do
    copy=$((copy + 1))
    [ "$copy" -le 9 ] || return 1
    D=@{1%/}/$name-$copy
  done
  W=$D/.work
  if mkdir "$D/files" "$W" && dd if=/dev/zero of="$W/room" ROOM 2>/dev/null; then
    rm -f "$W/room"
    return 0
  fi
  rm -rf "$D"
  return 1
}

# begin [DIRECTORY | -]
begin() {
  hostname=$(uname -n)
  name=ullage-$(printf '%s' "$hostname" | tr -c 'A-Za-z0-9.-' '_')-$(date -u +%Y%m%dT%H%M%SZ)
  started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  stream=
  case $1 in
  -) stream=yes; set -- /dev/shm /run "@{TMPDIR:-/tmp}" /tmp /var/tmp "$HOME" ;;
  '') set -- "$PWD" "@{TMPDIR:-/tmp}" /tmp /var/tmp /dev/shm /run "$HOME" ;;
  /*) ;;
  *) set -- "$PWD/$1" ;;
  esac
  [ $# -gt 1 ] || [ -d "$1" ] || mkdir "$1" || return 1
  for parent; do place "$parent" && break; done
  if [ ! -d "$W" ]; then
    say "no room for the capture in $*. Name a directory with a few MiB of room, for example: sh capture.sh /dev/shm"
    return 1
  fi
  trap 'trap "" INT TERM HUP; end; finish interrupted; exit 130' INT TERM HUP
  cat >"$W/mask.sed" <<'ullage_mask'
MASK
ullage_mask
  : >"$W/entries"; : >"$W/unknown"
  nap=1
  sleep 0.01 2>/dev/null && nap=0.05
  cut='dd bs=65536 count=256'
  [ "$(printf abc | head -c 2 2>/dev/null)" != ab ] || cut='head -c MOST'
  session=
  ! command -v setsid >/dev/null 2>&1 || session=setsid
  curl=
  # before 7.40 it cannot ask a socket
  case $(curl --help all </dev/null 2>/dev/null; curl --help </dev/null 2>/dev/null) in *--unix-socket*) curl=yes ;; esac
  mark='' jobs=0 entries=0 patience=PATIENCE comma='' asked='' failed=''
}`;

const JOB = shell`
# job SECONDS COMMAND...: $code is its exit status, or empty; $hung; masked output in $out and $err
job() {
  limit=$1
  shift
  jobs=$((jobs + 1))
  mark=$W/$jobs
  out=$mark.out err=$mark.err code='' hung=''
  [ "$patience" -gt 0 ] || limit=1
  (
    {
      {
        $session sh -c 'echo $$ >"$0"; exec "$@"' "$mark.pid" "$@" </dev/null 2>&3 3>&-
        echo $? >"$mark.code"
      } | $cut 2>/dev/null 3>&- | sed -f "$W/mask.sed" 3>&- >"$out"
    } 3>&1 | $cut 2>/dev/null | sed -f "$W/mask.sed" >"$err"
    : >"$mark.done"
  ) </dev/null >/dev/null 2>&1 &
  await "$mark.done" $((limit * 1000)) "$mark.code"
  if [ ! -f "$mark.done" ] && [ ! -f "$mark.code" ]; then
    hung=yes
    patience=$((patience - limit))
    end
  elif [ -f "$mark.code" ]; then
    read -r code <"$mark.code"
  fi
  # what it may still write is not ours
  [ -f "$mark.done" ] || rm -f "$out" "$err"
}

# end: of the command that runs, as far as it takes signals
end() {
  victim=
  [ ! -f "$mark.pid" ] || read -r victim <"$mark.pid"
  [ -n "$victim" ] && [ ! -f "$mark.done" ] || return 0
  { kill -TERM "-$victim" || kill -TERM "$victim"; } 2>/dev/null
  await "$mark.done" 300
  [ -f "$mark.done" ] || { kill -KILL "-$victim" || kill -KILL "$victim"; } 2>/dev/null
  await "$mark.done" 300
}

# await FILE MILLISECONDS [FILE]: until the first exists, or the second for a second
await() {
  spent=0 turns=0 late=0
  while [ ! -f "$1" ] && [ "$spent" -lt "$2" ]; do
    turns=$((turns + 1))
    if [ "$turns" -lt 20 ]; then
      sleep 0
      spent=$((spent + 1))
    else
      sleep "$nap"
      case $nap in 1) spent=$((spent + 1000)) ;; *) spent=$((spent + 50)) ;; esac
    fi
    if [ -n "$3" ] && [ -f "$3" ]; then
      late=$((late + 1))
      [ "$late" -lt 40 ] || return 0
    fi
  done
}`;

const RECORD = shell`
# json TEXT: as a JSON string, in $json
json() {
  case $1 in
  *[!A-Za-z0-9_./:=,+@%{}\(\)*?\ -]*) ;;
  *) json=\"$1\"; return 0 ;;
  esac
  json=
  for octal in $(printf '%s' "$1" | od -An -v -to1); do
    case $octal in
    042 | 134) json="$json\\0134\\0$octal" ;;
    00? | 01? | 02? | 03? | 177) json="$json\\0134u00$(printf %02x "0$octal")" ;;
    *) json="$json\\0$octal" ;;
    esac
  done
  json=\"$(printf %b "$json")\"
}

# keep FILE SUFFIX FIELD: under its name in the capture; $field is its place in the manifest, $kept its path
keep() {
  field='' kept=''
  if [ -s "$1" ] || [ "$2" = content ]; then
    kept=$D/files/$entries.$2
    mv "$1" "$kept" && field=",\"$3\":\"files/$entries.$2\""
  fi
}

# entry TEXT: its last comma is the next one's
entry() {
  printf '%s{%s}' "$comma" "$1" >>"$W/entries"
  comma=',
'
  entries=$((entries + 1))
  rm -f "$out" "$err" "$mark".*
}

# new KEY: is this question not asked yet?
new() {
  case $asked in *"
$1
"*) return 1 ;; esac
  asked="$asked
$1
"
}

# about WHAT [optional]: begins a question; what stays unknown without an answer
about() { what=$1 optional=$2 why='' absent='' hung='' last=''; }

# more ASK...: an alternative; who hangs is not asked again in other words
more() { [ -z "$hung" ] && "$@"; }

# because WHY COMMAND [absent]: of the first failure
because() {
  [ -n "$why" ] || { why=$1 command=$2 absent=$3; }
  return 1
}

# unsure: the question got no answer
unsure() {
  [ -n "$what" ] || return 0
  [ -z "$absent" ] || [ -z "$optional" ] || return 0
  case $failed in *"
$what
$why
"*) return 0 ;; esac
  failed="$failed
$what
$why
"
  json "$what"; told="{\"what\":$json"
  json "$why"; told="$told,\"why\":$json"
  json "$command"
  printf '%s,"run":%s}\n' "$told" "$json" >>"$W/unknown"
}

# denied FILE: do these words say that root is needed?
denied() {
  grep -q -i -e 'permission denied' -e 'operation not permitted' -e 'must be root' -e 'must be run as root' -e superuser -e 'need to be root' -e 'not authori[sz]ed' -e EACCES "$1" 2>/dev/null
}`;

const ASKS = shell`
# run SECONDS COMMAND...: succeeds when there is nothing better to ask; $last is the file of its output, or empty
run() {
  last='' hung=''
  seconds=$1
  shift
  argv=
  for argument; do
    json "$argument"
    argv=$argv@{argv:+,}$json
  done
  new "run $argv" || return 0
  if ! command -v "$1" >/dev/null 2>&1; then
    out=$W/none err=$W/none mark=$W/none
    entry "\"kind\":\"run\",\"argv\":[$argv],\"exitCode\":null,\"notFound\":true"
    because 'the program is not installed' "$*" absent
    return 1
  fi
  job "$seconds" "$@"
  answered "$argv" "$*"
}

# answered ARGV COMMAND: the entry of a run
answered() {
  said=
  # the first failure's words, before they are kept
  if [ -n "$hung" ]; then because "did not answer within $limit s (storage below it may hang)" "$2"
  elif [ "$code" != 0 ]; then
    if denied "$err"; then because 'needs root' "$2"
    else
      said=$(tail -n 1 "$err" 2>/dev/null)
      because "@{said:-ended with status @{code:-none}}" "$2" absent
    fi
  fi
  keep "$out" stdout stdout; fields=$field last=$kept
  keep "$err" stderr stderr; fields=$fields$field
  [ "$code" != 141 ] || fields="$fields,\"truncated\":true"
  [ -z "$hung" ] || fields="$fields,\"timedOut\":true,\"durationMs\":@{limit}000"
  entry "\"kind\":\"run\",\"argv\":[$1],\"exitCode\":@{code:-null}$fields"
  case $2 in
  'ps '*) processes=$last ;;
  'lsblk '*) blocks=$last ;;
  'lvs '*) volumes=$last ;;
  'dmsetup table'*) tables=$last ;;
  'find /proc '*anon_inode*) held=$last ;;
  *localhost/containers/json* | *' ps -a --no-trunc') list=$last ;;
  esac
  [ "$code" = 0 ]
}

# file KIND PATH COMMAND: the entry of what was read or measured
file() {
  reason=
  if [ -n "$hung" ]; then
    reason=timeout
    because "did not answer within $limit s (storage below it may hang)" "$3"
  elif [ "$code" != 0 ]; then
    if denied "$err"; then reason=denied; because 'needs root' "$3"
    elif grep -q -e 'No such file' -e 'Not a directory' -e "can't open" "$err" 2>/dev/null; then reason=missing; because 'does not exist' "$3" absent
    else reason=other; because 'could not be read' "$3"; fi
  fi
  json "$2"
  if [ -z "$reason" ]; then
    keep "$out" content content
    last=$kept
    entry "\"kind\":\"$1\",\"path\":$json$field"
  else
    entry "\"kind\":\"$1\",\"path\":$json,\"error\":\"$reason\""
  fi
  [ -z "$reason" ]
}

# read_file SECONDS PATH
read_file() {
  last='' hung=''
  new "read $2" || return 0
  where=$2
  [ "$2" != /proc/self/mountinfo ] || where=@{ULLAGE_MOUNTINFO:-$2}
  # a FIFO would keep us for all the time we have
  job "$1" sh -c '[ ! -e "$1" ] || [ -f "$1" ] || exit 1; exec cat "$1"' sh "$where"
  file read "$2" "cat $2" || return 1
  case $2 in
  */mountinfo) [ "$2" != /proc/self/mountinfo ] || mounts=$last ;;
  */daemon.json) configured "$last" ;;
  */containerd/*.toml) pooled "$last" ;;
  esac
}

# statfs SECONDS PATH
statfs() {
  last='' hung=''
  new "statfs $2" || return 0
  job "$1" stat -f -c '%t %S %b %f %a %c %d' "$2"
  if [ "$code" = 0 ]; then
    f_type='' f_size='' f_blocks='' f_free='' f_avail='' f_files='' f_ffree=''
    read -r f_type f_size f_blocks f_free f_avail f_files f_ffree <"$out"
    case $f_size$f_blocks$f_free$f_avail$f_files$f_ffree in *[!0-9]*) code=1 ;; esac
    case $f_type in *[!0-9a-f]* | '') code=1 ;; esac
    [ -n "$f_ffree" ] || code=1
    [ "$code" != 0 ] || printf '{"type":%d,"blockSize":%s,"blocks":%s,"bfree":%s,"bavail":%s,"files":%s,"ffree":%s}\n' "0x$f_type" "$f_size" "$f_blocks" "$f_free" "$f_avail" "$f_files" "$f_ffree" >"$out"
  fi
  file statfs "$2" "stat -f $2"
}

# api SECONDS SOCKET PATH: GET from a daemon, by curl where it can, else by the docker client
api() {
  last='' hung=''
  json "$2"; argv=$json
  json "http://localhost$3"; argv="\"curl\",\"-s\",\"--unix-socket\",$argv,$json"
  if [ -z "$curl" ] && [ -S "$2" ]; then
    because 'curl is not installed or cannot ask a socket' "curl -s --unix-socket $2 http://localhost$3" absent
    client "$@"
    return
  fi
  new "run $argv" || return 0
  jobs=$((jobs + 1))
  mark=$W/$jobs out=$W/$jobs.out err=$W/$jobs.err code=7
  : >"$out"
  if [ ! -e "$2" ]; then printf 'cannot connect to %s: no such socket\n' "$2" >"$err"
  elif [ ! -w "$2" ]; then printf 'cannot connect to %s: permission denied\n' "$2" >"$err"
  else job "$1" curl -g -s -S -f -m "$1" --unix-socket "$2" "http://localhost$3"
  fi
  [ "$code" != 28 ] || hung=yes code=''
  answered "$argv" "curl -s --unix-socket $2 http://localhost$3"
}

# client SECONDS SOCKET PATH: what the docker client prints for it
client() {
  case $3 in
  /containers/json*) run "$1" docker -H "unix://$2" ps -a --no-trunc ;;
  /containers/*) id=@{3#/containers/}; run "$1" docker -H "unix://$2" inspect --format '{{json .}}' "@{id%/json}" ;;
  /images/json) run "$1" docker -H "unix://$2" images --no-trunc ;;
  /volumes) run "$1" docker -H "unix://$2" volume ls ;;
  *) return 1 ;;
  esac
}`;

const FINISH = shell`
# plain TEXT: \040 and the like of mountinfo undone, in $plain
plain() {
  plain=$1
  case $1 in
  *\\*)
    plain=$(printf '%s' "$1" | sed 's/\\\([0-3][0-7][0-7]\)/\\0\1/g')
    plain=$(printf '%b.' "$plain")
    plain=@{plain%.}
    ;;
  esac
}

# finish [NOTE]
finish() {
  json "$hostname"; host="{\"hostname\":$json"
  json "$(uname -r)"; host="$host,\"kernel\":$json}"
  sort "$W/unknown" | sed '$!s/$/,/' >"$W/sorted"
  {
    printf '{"version":1,"host":%s,"startedAt":"%s","note":"made by a script%s","unknown":[\n' "$host" "$started" "@{1:+, $1}"
    cat "$W/sorted"
    printf '],"entries":[\n'
    cat "$W/entries"
    printf '\n]}\n'
  } >"$D/manifest.json" || { say "$D could not be written completely: name a directory with more room"; return 1; }
  rm -rf "$W"
  parent=@{D%/*} name=@{D##*/}
  if ! command -v tar >/dev/null 2>&1 || ! command -v gzip >/dev/null 2>&1; then
    [ -z "$stream" ] || { say "there is no tar or no gzip here; the capture is the directory $D"; return 1; }
    printf '%s\n' "$D"
  elif [ -n "$stream" ]; then
    (cd "$parent/" && tar cf - "$name") | gzip -c
    rm -rf "$D"
    D='the archive'
  elif (set -C; (cd "$parent/" && tar cf - "$name") | gzip -c >"$D.tar.gz") && gzip -t "$D.tar.gz"; then
    rm -rf "$D"
    D=$D.tar.gz
    printf '%s\n' "$D"
  else
    printf '%s\n' "$D"
  fi
  say "$entries answers in $D, secrets masked@{1:+ ($1)}"
  [ "$(id -u)" = 0 ] || say 'made without root: more can be seen with it'
}`;

/** Functions of the script: begin, job, run, read_file, statfs, api, plain, finish. */
export function runtime(): string {
  const place = PLACE.replace('ROOM 2>', `${ROOM} 2>`)
    .replace('MOST', String(MOST_BYTES))
    .replace('PATIENCE', String(PATIENCE));
  return [place.replace('\nMASK\n', () => `\n${maskSed()}\n`), JOB, RECORD, ASKS, FINISH].join('\n\n');
}
