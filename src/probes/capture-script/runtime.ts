import { COMMAND_PATH_SH } from '../../host/command-path.ts';

/**
 * The fixed part of the capture script: POSIX shell only (dash, BusyBox, bash 3 and later).
 *
 * A command runs in the background; its process id, its end and the end of its time are told
 * through a FIFO that the main shell holds open for reading and writing, so the main shell only
 * ever waits for its own FIFO, never for a process: one in D state is left behind.
 */
export const RUNTIME = String.raw`LC_ALL=C; export LC_ALL
umask 077
${COMMAND_PATH_SH}; export PATH

host=$(uname -n)
D=$1
[ -n "$D" ] || D=ullage-$(printf '%s' "$host" | tr -c 'A-Za-z0-9.-' '_')-$(date -u +%Y%m%dT%H%M%SZ)
case $D in /*) ;; *) D=$PWD/$D ;; esac
if [ -e "$D" ] || ! mkdir "$D" "$D/files" "$D/.work"; then
  echo "ullage: cannot make the directory $D; name one where there is room: sh $0 /dev/shm/capture" >&2
  exit 1
fi
T=$D/.work
M=$D/files
mkfifo "$T/fifo" || { echo "ullage: cannot make a FIFO in $D; name another place: sh $0 DIRECTORY" >&2; exit 1; }
exec 3<>"$T/fifo"
cat >"$T/mask.sed" <<'ullage_mask'
@MASK@
ullage_mask
: >"$T/entries"
id=0
n=0
comma=
measured=

mask() { sed -f "$T/mask.sed" >"$1"; }

# text as the inside of a JSON string, in $json
js() {
  case $1 in
  *[!A-Za-z0-9_./:=,+@%\ {}\(\)*-]*)
    json=$(printf '%s\n.' "$1" | tr '\000-\010\013-\037\177' ' ' | sed -e 's/\\/\\\\/g' -e 's/"/\\"/g' -e 's/	/\\t/g' | sed -e :a -e '$!{N' -e ba -e '}' -e 's/\n\.$//' -e 's/\n/\\n/g')
    ;;
  *) json=$1 ;;
  esac
}

# job SECONDS COMMAND...: output in $O and $E, masked; $status is its exit status, T (time is up) or N (no such program)
job() {
  limit=$1
  shift
  id=$((id + 1))
  O=$T/out.$id
  E=$T/err.$id
  p=
  if ! command -v "$1" >/dev/null 2>&1; then
    status=N
    return 0
  fi
  (
    { { "$@" </dev/null 2>&1 >&7 3>&- 7>&- &
        echo "$id P $!" >&3
        wait $!
        echo $? >"$T/status.$id"
      } | mask "$E" 7>&-
    } 7>&1 | mask "$O"
    echo "$id D" >&3
  ) </dev/null >/dev/null 2>&1 &
  (
    s=
    trap 'kill $s' TERM
    sleep "$limit" 3>&- &
    s=$!
    wait $s && echo "$id T" >&3
  ) </dev/null >/dev/null 2>&1 &
  w=$!
  status=
  while [ -z "$status" ] && read -r who what word <&3; do
    [ "$who" = "$id" ] || continue
    case $what in
    P) p=$word ;;
    D) read -r status <"$T/status.$id" || status=T ;;
    T) status=T ;;
    esac
  done
  kill "$w" 2>/dev/null
  if [ "$status" = T ] && [ -n "$p" ]; then
    { kill "$p"; sleep 1; kill -9 "$p"; } </dev/null >/dev/null 2>&1 3>&- &
  fi
  return 0
}

# keeps a file under its name in the capture: keep FILE SUFFIX; $field is its place in the manifest
keep() {
  field=
  if [ -s "$1" ]; then
    cp "$1" "$M/$n.$2" && field=",\"$3\":\"files/$n.$2\""
  fi
}

entry() {
  printf '%s%s' "$comma" "$1" >>"$T/entries"
  comma=',
'
  n=$((n + 1))
  rm -f "$O" "$E" "$T/status.$id"
}

# run SECONDS COMMAND...: succeeds when there is nothing better to ask
run() {
  seconds=$1
  shift
  job "$seconds" "$@"
  argv=
  for word in "$@"; do
    js "$word"
    argv=$argv${'${argv:+,}'}\"$json\"
  done
  case $status in
  N) entry "{\"kind\":\"run\",\"argv\":[$argv],\"exitCode\":null,\"notFound\":true}"; return 1 ;;
  T) code='null,"timedOut":true' ;;
  *) code=$status ;;
  esac
  last=$M/$n.stdout
  keep "$O" stdout stdout; f=$field
  keep "$E" stderr stderr; f=$f$field
  entry "{\"kind\":\"run\",\"argv\":[$argv],\"exitCode\":$code$f}"
  [ "$status" = 0 ] || [ "$status" = T ]
}

# file KIND: the entry of what was read or measured at $path, from the last job
file() {
  js "$path"
  why=
  field=
  case $status in
  0) cp "$O" "$M/$n.content" && field=",\"content\":\"files/$n.content\"" ;;
  T) why=timeout ;;
  *)
    why=other
    if grep -q -e 'No such file' -e 'Not a directory' "$E" 2>/dev/null; then why=missing; fi
    if grep -q -e 'ermission denied' -e 'not permitted' "$E" 2>/dev/null; then why=denied; fi
    ;;
  esac
  entry "{\"kind\":\"$1\",\"path\":\"$json\"$field${'${why:+,\\"error\\":\\"$why\\"}'}}"
  [ -z "$why" ] || [ "$why" = timeout ]
}

# read_file SECONDS PATH
read_file() {
  path=$2
  job "$1" cat -- "$path"
  file read
}

# statfs SECONDS PATH
statfs() {
  path=$2
  case $measured in *"
$path
"*) return 0 ;; esac
  measured="$measured
$path
"
  job "$1" stat -f -c '%t %S %b %f %a %c %d' -- "$path"
  if [ "$status" = 0 ] && read -r f_type f_size f_blocks f_free f_avail f_files f_ffree <"$O"; then
    printf '{"type":%s,"blockSize":%s,"blocks":%s,"bfree":%s,"bavail":%s,"files":%s,"ffree":%s}' "$((0x$f_type))" "$f_size" "$f_blocks" "$f_free" "$f_avail" "$f_files" "$f_ffree" >"$O"
  fi
  file statfs
}

# get SECONDS SOCKET PATH: the API of a daemon; curl before 7.40 cannot ask it
get() {
  [ -S "$2" ] && [ -n "$curl" ] || return 1
  run "$1" curl -s --unix-socket "$2" "http://localhost$3"
}
curl=
case $(curl --help all 2>/dev/null; curl --help 2>/dev/null) in *--unix-socket*) curl=yes ;; esac

# \040 and the like in mountinfo
plain() {
  case $1 in
  *\\*) plain=$(printf '%b.' "$(printf '%s' "$1" | sed 's/\\\([0-7][0-7][0-7]\)/\\0\1/g')"); plain=${'${plain%.}'} ;;
  *) plain=$1 ;;
  esac
}

finish() {
  js "$host"
  {
    printf '{"version":1,"host":{"hostname":"%s"' "$json"
    js "$(uname -r)"
    printf ',"kernel":"%s"},"startedAt":"%s","note":"made by the script of ullage capture --script%s","entries":[\n' "$json" "$started" "$1"
    cat "$T/entries"
    printf '\n]}\n'
  } >"$D/manifest.json" || { echo "ullage: $D could not be written completely; name a place with room" >&2; exit 1; }
  rm -rf "$T"
  name=$D
  if command -v tar >/dev/null 2>&1 && command -v gzip >/dev/null 2>&1; then
    if (cd "$D/.." && tar cf - "${'${D##*/}'}" | gzip >"$D.tar.gz.part") && mv "$D.tar.gz.part" "$D.tar.gz"; then name="$D.tar.gz"; else rm -f "$D.tar.gz.part"; fi
  fi
  echo "$n answers, secrets masked: $name" >&2
  echo "look at it with: ullage --capture $name" >&2
}
trap 'trap "" INT TERM; finish ", interrupted"; exit 130' INT TERM
started=$(date -u +%Y-%m-%dT%H:%M:%SZ)
`;
