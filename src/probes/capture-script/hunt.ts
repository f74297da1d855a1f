import type { Ask, Probe } from '../probe.ts';
import { lines, shell } from './shell.ts';
import {
  apartAsks,
  apartMountAsks,
  configAsks,
  containerAsks,
  containerdAsks,
  dataMountAsks,
  deviceMapperAsks,
  heldAsks,
  infoAsks,
  loopAsks,
  loopFileAsks,
  lvmAsks,
  mountAsks,
  namespaceAsks,
  plainAsks,
  podmanAsks,
  podmanStoreAsks,
  profileAsks,
  quotaAsks,
  roomAsks,
  rootAsks,
  snapshotPoolAsks,
  snapshotterAsks,
  socketAsks,
  stoppedDockerAsks,
  storeAsks,
  typeAsks,
  vdoAsks,
} from './templates.ts';

/**
 * What the script looks for, and asks about each thing found: daemons, sockets, containers, data
 * roots, mounts, device-mapper. `#ASKS name` stands for the probes' questions. Everything is read
 * from answers that are already kept, or from /sys, whose files cannot hang.
 */
const HUNT = shell`
# configured FILE: sockets and data roots of a daemon.json
configured() {
  tr '{},"' '\n\n\n\n' <"$1" | sed -n 's#^unix://\(/.*\)$#\1#p' >>"$W/sockets"
  sed -n -e 's/.*"data-root" *: *"\(\/[^"\\]*\)".*/\1/p' -e 's/.*"graph" *: *"\(\/[^"\\]*\)".*/\1/p' "$1" >>"$W/told"
}

# pooled FILE: pool and directory of containerd's devmapper snapshotter
pooled() {
  sed -n '/^[[:space:]]*\[plugins\..*devmapper"*]/,/^[[:space:]]*\[plugins\..*[^r"][^]]*]/p' "$1" >"$W/section"
  pool=$(sed -n 's/^[[:space:]]*pool_name *= *"\([A-Za-z0-9_.+-]\{1,\}\)".*/\1/p' "$W/section" | sed -n 1p)
  [ -n "$pool" ] || return 0
  dir=$(sed -n 's/^[[:space:]]*root_path *= *"\(\/[^"\\]*\)".*/\1/p' "$W/section" | sed -n 1p)
  root=$(sed -n 's/^root *= *"\(\/[^"\\]*\)".*/\1/p' "$1" | sed -n 1p)
  printf '%s %s\n' "$pool" "@{dir:-@{root:-/var/lib/containerd}/io.containerd.snapshotter.v1.devmapper}" >>"$W/pools"
}

# docker_options WORD...: sockets, configuration and data root on a daemon's command line
docker_options() {
  before=
  for option; do
    socket=
    case $option in
    unix:///* | -Hunix:///* | -H=unix:///* | --host=unix:///*) socket=/@{option#*unix:///} ;;
    --config-file=/*) printf '%s\n' "@{option#*=}" >>"$W/configs" ;;
    --data-root=/* | --graph=/* | -g=/*) printf '%s\n' "@{option#*=}" >>"$W/told" ;;
    *devicemapper* | *dm.thinpooldev*) thin=yes ;;
    esac
    [ -z "$socket" ] || printf '%s\n' "$socket" >>"$W/sockets"
    case $before:$option in
    --config-file:/*) printf '%s\n' "$option" >>"$W/configs" ;;
    --data-root:/* | --graph:/* | -g:/*) printf '%s\n' "$option" >>"$W/told" ;;
    esac
    before=$option
  done
}

# config_option WORD...: of kubelet and containerd
config_option() {
  before=
  for option; do
    case $before:$option in
    --config:/* | -c:/*) printf '%s\n' "$option" >>"$W/configs" ;;
    *:--config=/* | *:-c=/*) printf '%s\n' "@{option#*=}" >>"$W/configs" ;;
    esac
    before=$option
  done
}

find_daemons() {
  [ -n "$processes" ] || return 0
  while read -r line; do
    set -- $line
    case $1 in '' | *[!0-9]*) continue ;; esac
    pid=$1 program=@{2##*/}
    [ $# -ge 2 ] || continue
    shift 2
    case $program in
    docker) case " $* " in ' daemon '* | *' -d '*) ;; *) continue ;; esac ;;
    esac
    case $program in
    dockerd | dockerd-current | docker-current | docker) dockerd=yes; echo "$pid" >>"$W/engines"; docker_options "$@" ;;
    containerd) containerd=yes; echo "$pid" >>"$W/engines"; config_option "$@" ;;
    crio) echo "$pid" >>"$W/engines" ;;
    kubelet) config_option "$@" ;;
    podman | conmon) podman=yes ;;
    esac
  done <"$processes"
}

# a daemon in a mount namespace of its own has mounts that ours does not show
find_namespaces() {
  [ -s "$W/engines" ] || return 0
  #ASKS namespaceOfOne
  own=
  [ -z "$last" ] || read -r own <"$last"
  while read -r pid; do
    #ASKS namespace
    theirs=
    [ -z "$last" ] || read -r theirs <"$last"
    [ -n "$own" ] && [ -n "$theirs" ] && [ "$own" != "$theirs" ] || continue
    #ASKS apart
    [ -z "$last" ] || find_apart_mounts "$last"
  done <"$W/engines"
}

# find_apart_mounts MOUNTINFO: disks that only the process $pid has mounted
find_apart_mounts() {
  mount_rows <"$1" >"$W/apart"
  seen=' '
  while read -r number _ _ _; do seen="$seen$number "; done <"$W/mounts"
  while read -r number fstype source target; do
    case $source in /dev/*) ;; *) continue ;; esac
    case $seen in *" $number "*) continue ;; esac
    seen="$seen$number "
    plain "$target"; mnt=$plain
    #ASKS apartMount
  done <"$W/apart"
}

# some FILE NUMBER FUNCTION: calls it with so many lines of the file at a time
some() {
  list=$1 most=$2 ask=$3
  set --
  while IFS= read -r one; do
    set -- "$@" "$one"
    [ $# -lt "$most" ] || { "$ask" "$@"; set --; }
  done <"$list"
  [ $# -eq 0 ] || "$ask" "$@"
}

ask_watches() {
  #ASKS watches
}

ask_owners() {
  #ASKS owners
}

ask_mounts() {
  #ASKS mounts
}

# first_of KIND: the first process of each namespace of a kind
first_of() {
  known=
  sed -n "s#^/proc/\([0-9]*\)/ns/$1 \($1:.*\)#\2 \1#p" "$held" | sort -k 1,1 -k 2,2n | while read -r namespace pid; do
    [ "$namespace" = "$known" ] || echo "$pid"
    known=$namespace
  done | sort -n
}

# what the walk over all processes found: inotify instances, namespaces
find_held() {
  [ -n "$held" ] || return 0
  sed -n 's#^\(/proc/[0-9]*/fd\)/\([0-9]*\) .*#\1info/\2#p' "$held" | sort | sed -n 1,4000p >"$W/instances"
  some "$W/instances" 800 ask_watches
  {
    sed 's#^/proc/\([0-9]*\)/.*#\1#' "$W/instances"
    first_of user
  } | sort -n -u | sed -n -e '1,1000s#.*#/proc/&/status\
/proc/&/uid_map\
/proc/&/cgroup#p' >"$W/owners"
  some "$W/owners" 600 ask_owners
  first_of mnt | sed -n '1,64s#.*#/proc/&/mountinfo#p' >"$W/spaces"
  some "$W/spaces" 64 ask_mounts
}

# docker_root DIRECTORY DRIVER
docker_root() {
  root=$1
  printf '%s\n' "$root" >>"$W/roots"
  #ASKS root
  case $2 in devicemapper | unknown) ;; *) return 0 ;; esac
  #ASKS devicemapperRoot
}

# docker_socket: asks the daemon at $sock, its containers one by one, running ones first
docker_socket() {
  #ASKS info
  # docker before 1.13 knows no --format here
  [ -n "$last$hung$curl" ] || [ ! -S "$sock" ] || run 5 docker -H "unix://$sock" info
  [ -n "$last" ] || return 0
  root=$(sed -n -e 's/.*"DockerRootDir":"\(\/[^"\\]*\)".*/\1/p' -e 's/^ *Docker Root Dir: *\(\/.*\)$/\1/p' "$last" | sed -n 1p)
  driver=$(sed -n -e 's/.*[{,]"Driver":"\([^"\\]*\)".*/\1/p' -e 's/^ *Storage Driver: *\(.*\)$/\1/p' "$last" | sed -n 1p)
  major=$(sed -n -e 's/.*"ServerVersion":"\([0-9]*\).*/\1/p' -e 's/^ *Server Version: *\([0-9]*\).*/\1/p' "$last" | sed -n 1p)
  [ -n "$driver" ] || return 0
  [ "$driver" != devicemapper ] || thin=yes
  list=
  #ASKS socket
  if [ "@{major:-0}" -ge 23 ]; then
    :
    #ASKS socket23
  fi
  [ -z "$root" ] || { docker_known=yes; docker_root "$root" "$driver"; }
  [ -n "$list" ] || return 0
  sed 's/{"Id":"/\
&/g' "$list" >"$W/list"
  running='-e "State":"running" -e "Status":"Up -e [[:space:]]Up[[:space:]]'
  {
    grep $running "$W/list"
    grep -v $running "$W/list"
  } | sed -n -e 's/^{"Id":"\([0-9a-f]\{64\}\)".*/\1/p' -e 's/^\([0-9a-f]\{64\}\)[[:space:]].*/\1/p' | sed -n 1,50p >"$W/ids"
  while read -r container; do
    #ASKS container
    [ -z "$last" ] || sed -n 's/.*"UpperDir":"\(\/[^"\\]*\)".*/\1/p' "$last" >>"$W/uppers"
  done <"$W/ids"
}

ask_rooms() {
  #ASKS rooms
}

# what containers with a quota may still write
find_rooms() {
  [ -n "$mounts" ] && grep -q 'prjquota' "$mounts" || return 0
  sort -u "$W/uppers" | sed -n 1,50p >"$W/sorted"
  some "$W/sorted" 50 ask_rooms
}

find_docker() {
  read_configs
  cat "$W/sockets" >"$W/asked"
  known=' '
  while IFS= read -r sock; do
    # /var/run is a link to /run nearly everywhere: one daemon is asked once
    case $sock in /var/run/*) key=@{sock#/var} ;; *) key=$sock ;; esac
    case $known in *" $key "*) continue ;; esac
    known="$known$key "
    docker_socket
  done <"$W/asked"
  [ -z "$docker_known" ] || return 0
  #ASKS stoppedDocker
  # no daemon answers: look where its command line or configuration says, or where Docker usually is
  if [ -s "$W/told" ]; then cat "$W/told" >"$W/guessed"
  else
    job 2 ls -d /var/lib/docker/containers
    : >"$W/guessed"
    [ "$code" != 0 ] || echo /var/lib/docker >"$W/guessed"
  fi
  while IFS= read -r root; do docker_root "$root" unknown; done <"$W/guessed"
}

read_configs() {
  while IFS= read -r config; do
    #ASKS config
  done <"$W/configs"
}

# containerd without Docker: what its tools print tells its snapshotters and roots
find_containerd() {
  [ -n "$containerd" ] && [ -z "$dockerd" ] || return 0
  first=$entries
  #ASKS containerd
  : >"$W/printed"
  while [ "$first" -lt "$entries" ]; do
    [ ! -f "$D/files/$first.stdout" ] || cat "$D/files/$first.stdout" >>"$W/printed"
    first=$((first + 1))
  done
  sed -n -e 's/.*"containerdRootDir": *"\(\/[^"\\]*\)".*/\1/p' -e 's/.*"mountpoint": *"\(\/[^"\\]*\)\/io\.containerd\.snapshotter\.v1\.[^"]*".*/\1/p' "$W/printed" | sort -u >"$W/stores"
  store_roots
  sed -n -e 's/.*"snapshotter": *"\([a-z0-9.-]\{1,\}\)".*/\1/p' -e 's/.*io\.containerd\.snapshotter\.v1\.\([a-z0-9-]\{1,\}\)".*/\1/p' "$W/printed" | sort -u | sed -n 1,4p >"$W/snapshotters"
  while read -r snapshotter; do
    case $snapshotter in devmapper) thin=yes ;; esac
    #ASKS snapshotter
  done <"$W/snapshotters"
}

# the records of a pool's snapshots
find_pools() {
  sort -u "$W/pools" >"$W/sorted"
  while read -r pool dir; do
    thin=yes
    #ASKS snapshotPool
  done <"$W/sorted"
}

find_podman() {
  [ -n "$podman" ] || ! grep -q ' /var/lib/containers/' "$W/mounts" || podman=yes
  [ -n "$podman" ] || return 0
  #ASKS podman
  [ -n "$last" ] || return 0
  sed -n 's/.*"[gG]raphRoot": *"\(\/[^"\\]*\)".*/\1/p' "$last" >"$W/stores"
  store_roots
  #ASKS podmanStore
}

store_roots() {
  while IFS= read -r root; do
    printf '%s\n' "$root" >>"$W/roots"
    #ASKS store
  done <"$W/stores"
}

# mount_rows: mountinfo to NUMBER TYPE SOURCE TARGET, still escaped
mount_rows() {
  while read -r line; do
    set -- $line
    [ $# -ge 9 ] || continue
    number=$3 target=$5
    shift 6
    while [ $# -gt 0 ] && [ "$1" != - ]; do shift; done
    [ $# -ge 4 ] || continue
    printf '%s %s %s %s\n' "$number" "$2" "$3" "$target"
  done
}

list_mounts() {
  [ -z "$mounts" ] || mount_rows <"$mounts" >"$W/mounts"
}

# the same file system again shows nothing new
find_mounts() {
  seen=' ' measured=0
  while read -r number fstype source target; do
    case $fstype in
    proc | sysfs | cgroup | cgroup2 | devpts | mqueue | debugfs | tracefs | securityfs | pstore | bpf | configfs | fusectl | hugetlbfs | nsfs | rpc_pipefs | binfmt_misc | autofs | efivarfs | squashfs | iso9660 | erofs | overlay | selinuxfs | ramfs) continue ;;
    esac
    case $source in /dev/mapper/* | /dev/dm-[0-9]*) mapped=yes ;; esac
    case $fstype in
    ext4) ext4=yes ;;
    zfs) zfs=yes ;;
    btrfs) btrfs_mount "$source" "$target" ;;
    esac
    case $seen in *" $number "*) continue ;; esac
    seen="$seen$number "
    measured=$((measured + 1))
    [ "$measured" -le 96 ] || continue
    plain "$target"; mnt=$plain
    #ASKS mount
  done <"$W/mounts"
  if [ -n "$ext4" ]; then
    :
    #ASKS ext4
  fi
  if [ -n "$zfs" ]; then
    :
    #ASKS zfs
  fi
}

# btrfs_mount SOURCE TARGET: each file system once, at its shallowest mount point
btrfs_mount() {
  case $btrfs in *" $1 "*) return 0 ;; esac
  btrfs="@{btrfs:- }$1 "
  best=$2
  while read -r other_number other_type other_source other; do
    [ "$other_type" = btrfs ] && [ "$other_source" = "$1" ] && [ @{#other} -lt @{#best} ] && best=$other
  done <"$W/mounts"
  plain "$best"; mnt=$plain
  plain "$1"; dev=$plain
  #ASKS btrfs
}

# held PATH: the mount it lies in: $held_type, $mnt, $dev
held() {
  held_type='' held_source='' longest=0
  while read -r number fstype source target; do
    plain "$target"
    # bash takes "@{plain%/}"/* for another pattern
    above=@{plain%/}
    case $1/ in "$above"/*) ;; *) continue ;; esac
    [ "@{#plain}" -ge "$longest" ] || continue
    longest=@{#plain} held_type=$fstype mnt=$plain held_source=$source
  done <"$W/mounts"
  plain "$held_source"; dev=$plain
}

# file systems that hold a data root, or would hold the usual one
find_data_mounts() {
  printf '%s\n' /var/lib/docker /var/lib/containerd /var/lib/containers/storage /var/lib/kubelet >>"$W/roots"
  sort -u "$W/roots" >"$W/sorted"
  seen=' '
  while IFS= read -r path; do
    held "$path"
    case $seen in *" $dev "*) continue ;; esac
    seen="$seen$dev "
    case $held_type in
    ext[234])
      case $dev in /dev/*) ;; *) continue ;; esac
      #ASKS dataExt
      ;;
    xfs)
      #ASKS dataXfs
      if [ -n "$mounts" ] && grep -q prjquota "$mounts"; then
        :
        #ASKS quotas
      fi
      ;;
    esac
  done <"$W/sorted"
}

find_loops() {
  set +f
  for backing in /sys/block/loop*/loop/backing_file; do
    [ -r "$backing" ] || continue
    IFS= read -r back <"$backing" || continue
    case $back in *' (deleted)') continue ;; /*/*) ;; *) continue ;; esac
    dir=@{back%/*}
    #ASKS loop
    ro=0
    [ ! -r "@{backing%/loop/*}/ro" ] || read -r ro <"@{backing%/loop/*}/ro"
    [ "$ro" = 0 ] || continue
    #ASKS loopFile
  done
  set -f
}

# LVM reads every disk: asked only where there is any
find_device_mapper() {
  set +f
  for device in /sys/block/dm-*; do [ ! -e "$device" ] || mapped=yes; done
  set -f
  lvm=$thin
  if [ -z "$blocks" ]; then
    [ -z "$mapped" ] || lvm=yes
  elif grep -q -e '"type": *"lvm"' -e 'TYPE="lvm"' -e LVM2_member "$blocks"; then
    lvm=yes
  fi
  if [ -n "$mapped$thin" ]; then
    :
    #ASKS deviceMapper
  fi
  [ -n "$lvm" ] || return 0
  #ASKS lvm
  if [ -n "$volumes" ]; then
    tr ',' '\n' <"$volumes" | sed -n 's/.*"lv_profile": *"\([A-Za-z0-9_.-]\{1,\}\)".*/\1/p' | sort -u >"$W/profiles"
    while read -r profile; do
      #ASKS profile
    done <"$W/profiles"
  fi
  if grep -q '"lv_attr": *"[dv]' "@{volumes:-/dev/null}" || grep -q ' vdo ' "@{tables:-/dev/null}"; then
    :
    #ASKS vdo
  fi
}

main() {
  dockerd='' containerd='' podman='' thin='' mapped='' ext4='' zfs='' btrfs='' docker_known=''
  processes='' blocks='' volumes='' tables='' mounts='' held='' last=''
  begin "@{1-}" || exit 1
  for list in engines configs told roots stores mounts uppers pools; do : >"$W/$list"; done
  echo /var/run/docker.sock >"$W/sockets"
  #ASKS plain
  list_mounts
  find_daemons
  find_namespaces
  find_held
  find_docker
  find_rooms
  find_containerd
  find_pools
  find_podman
  find_mounts
  find_data_mounts
  find_loops
  find_device_mapper
  finish || exit 1
}

main "$@"`;

/** The script's own part, with the probes' questions in it. */
export function hunt(probes: readonly Probe[]): string {
  const socket = socketAsks(probes, '1');
  const root = rootAsks(probes, 'any');
  const loopFile = loopFileAsks(probes);
  const asks = new Map<string, readonly Ask[]>(
    Object.entries({
      plain: plainAsks(probes),
      namespaceOfOne: namespaceAsks(probes, '1'),
      namespace: namespaceAsks(probes, 'daemon'),
      apart: apartAsks(probes),
      apartMount: apartMountAsks(probes),
      watches: heldAsks(probes, 'watches'),
      owners: heldAsks(probes, 'owners'),
      mounts: heldAsks(probes, 'mounts'),
      root,
      devicemapperRoot: rootAsks(probes, 'devicemapper').filter(notIn(root)),
      info: infoAsks(probes),
      socket,
      socket23: socketAsks(probes, '23.0.0').filter(notIn(socket)),
      container: containerAsks(probes),
      config: configAsks(probes),
      stoppedDocker: stoppedDockerAsks(probes),
      containerd: containerdAsks(probes),
      snapshotter: snapshotterAsks(probes),
      snapshotPool: snapshotPoolAsks(probes),
      podman: podmanAsks(probes),
      podmanStore: podmanStoreAsks(probes),
      store: storeAsks(probes),
      mount: mountAsks(probes),
      ext4: typeAsks(probes, 'ext4').filter((ask) => ask.kind !== 'statfs'),
      zfs: typeAsks(probes, 'zfs').filter((ask) => ask.kind !== 'statfs'),
      btrfs: typeAsks(probes, 'btrfs'),
      dataExt: dataMountAsks(probes, 'ext4'),
      dataXfs: dataMountAsks(probes, 'xfs'),
      quotas: quotaAsks(probes),
      rooms: roomAsks(probes),
      loop: loopAsks(probes).filter(notIn(loopFile)),
      loopFile,
      deviceMapper: deviceMapperAsks(probes),
      lvm: lvmAsks(probes),
      profile: profileAsks(probes),
      vdo: vdoAsks(probes),
    }),
  );
  return HUNT.replace(/^( *)#ASKS (\w+)$/gm, (_, indent: string, name: string) => lines(asks.get(name) ?? [], indent));
}

function notIn(asks: readonly Ask[]): (ask: Ask) => boolean {
  const known = new Set(asks.map((ask) => JSON.stringify(ask)));
  return (ask) => !known.has(JSON.stringify(ask));
}
