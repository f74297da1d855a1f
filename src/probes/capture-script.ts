import { quoteWord } from '../host/quote.ts';
import { maskSed } from './capture-script/mask-sed.ts';
import { RUNTIME } from './capture-script/runtime.ts';
import { containerAsks, daemonAsks, mountAsks, plainAsks, presenceAsks, rootAsks, STAND_IN, socketAsks } from './capture-script/templates.ts';
import type { Ask, Probe } from './probe.ts';

/**
 * A POSIX shell script that makes a capture on a host where nothing can be installed: what the
 * probes would ask, each with a time limit, secrets masked before anything is written. Works
 * without root as far as that goes. `sh script [DIRECTORY]`.
 */
export function captureScript(probes: readonly Probe[]): string {
  const lines = (asks: readonly Ask[]) => asks.map((ask) => `${askLine(ask)} || :`).join('\n');
  const indented = (asks: readonly Ask[]) => indent(lines(asks) || ':');
  return `#!/bin/sh
# Made by: ullage capture --script. Changes nothing on the host; writes one directory.
${RUNTIME.replace('@MASK@', () => maskSed())}
${lines(plainAsks(probes))}

# what is mounted, one question for each file system
sed -n 's/^[0-9]* [0-9]* \\([0-9]*:[0-9]*\\) [^ ]* \\([^ ]*\\) .* - \\([^ ]*\\) \\([^ ]*\\).*$/\\1 \\3 \\4 \\2/p' /proc/self/mountinfo >"$T/mounts" 2>/dev/null
seen=
count=0
btrfs=
ext=
zfs=
while read -r number fstype device target; do
  case $seen in *" $number "*) continue ;; esac
  case $fstype in proc|sysfs|cgroup|cgroup2|devpts|mqueue|debugfs|tracefs|securityfs|pstore|bpf|configfs|fusectl|hugetlbfs|nsfs|rpc_pipefs|binfmt_misc|autofs|efivarfs|squashfs|iso9660|erofs|overlay|selinuxfs|ramfs) continue ;; esac
  seen="$seen $number "
  count=$((count + 1))
  [ "$count" -le 96 ] || break
  plain "$target"; mnt=$plain
  plain "$device"; dev=$plain
  statfs 3 "$mnt" || :
  case $fstype in
  btrfs)
    btrfs=yes
${indent(indented(mountAsks(probes, 'btrfs').filter(aboutMount)))}
    ;;
  xfs)
${indent(indented(mountAsks(probes, 'xfs').filter(aboutMount)))}
    ;;
  ext2|ext3|ext4)
    ext=yes
${indent(indented(mountAsks(probes, 'ext4').filter(aboutMount)))}
    ;;
  zfs) zfs=yes ;;
  esac
done <"$T/mounts"
if [ -n "$btrfs" ]; then
${indented(mountAsks(probes, 'btrfs').filter((ask) => !aboutMount(ask)))}
fi
if [ -n "$ext" ]; then
${indented(mountAsks(probes, 'ext4').filter((ask) => !aboutMount(ask)))}
fi
if [ -n "$zfs" ]; then
${indented(presenceAsks(probes, 'zfs'))}
fi

# LVM reads every disk: asked only where device-mapper is in use
dm=
for d in /sys/block/dm-*; do [ ! -e "$d" ] || dm=yes; done
if [ -n "$dm" ]; then
${indented(presenceAsks(probes, 'device-mapper'))}
fi

# Docker, by its API where curl can, else by its client
for sock in /var/run/docker.sock; do
  [ -S "$sock" ] || continue
  if [ -n "$curl" ]; then
${indent(indented(socketAsks(probes, '20.10.0')))}
    major=$(cat "$M"/*.stdout | sed -n 's/.*"ServerVersion":"\\([0-9]*\\)\\..*/\\1/p' | head -n 1)
    if [ "\${major:-0}" -ge 23 ]; then
${indent(indent(indented(difference(socketAsks(probes, '29.0.0'), socketAsks(probes, '20.10.0')))))}
    fi
    for container in $(cat "$M"/*.stdout | tr ',' '\\n' | sed -n 's/.*"Id":"\\([0-9a-f]\\{64\\}\\)".*/\\1/p' | sort -u | head -n 40); do
${indent(indent(indented(containerAsks(probes))))}
    done
  else
    run 10 docker -H "unix://$sock" images --no-trunc || :
    run 10 docker -H "unix://$sock" volume ls || :
    run 10 docker -H "unix://$sock" ps -a --no-trunc || :
    containers=$(sed -n 's/^\\([0-9a-f]\\{64\\}\\) .*/\\1/p' "$last" 2>/dev/null | head -n 40)
    [ -z "$containers" ] || run 10 docker -H "unix://$sock" inspect $containers || :
  fi
done

# data roots: the usual one and what the daemons say
roots=$(
  {
    echo /var/lib/docker
    cat "$M"/* 2>/dev/null | sed -n -e 's/.*"DockerRootDir":"\\([^"\\]*\\)".*/\\1/p' -e 's/^ *Docker Root Dir: *\\(\\/[^ ]*\\) *$/\\1/p' -e 's/.*--data-root[ =]\\(\\/[^ ]*\\).*/\\1/p' -e 's/.*--graph[ =]\\(\\/[^ ]*\\).*/\\1/p' -e 's/.*"data-root" *: *"\\([^"]*\\)".*/\\1/p' -e 's/.*"graph" *: *"\\([^"]*\\)".*/\\1/p'
  } | sort -u
)
IFS='
'
set -f
for root in $roots; do
  set +f
  unset IFS
  # a directory test of our own could hang
  statfs 3 "$root" || continue
${indented(rootAsks(probes, 'overlay2').filter(notStatfs))}
  job 3 test -d "$root/devicemapper"
  if [ "$status" = 0 ]; then
${indent(indented(difference(rootAsks(probes, 'devicemapper'), rootAsks(probes, 'overlay2')).filter(notStatfs)))}
  fi
done
set +f
unset IFS

# daemons, and the mounts that only they see
dockerd=
containerd=
own=$(readlink /proc/1/ns/mnt 2>/dev/null)
for process in /proc/[0-9]*; do
  comm=
  { read -r comm <"$process/comm"; } 2>/dev/null || continue
  case $comm in dockerd|dockerd-current|docker-current|docker|containerd|crio) ;; *) continue ;; esac
  case $comm in docker*) dockerd=yes ;; containerd) containerd=yes ;; esac
  pid=\${process#/proc/}
  [ "$(readlink "$process/ns/mnt" 2>/dev/null)" != "$own" ] || continue
  [ -r "$process/mountinfo" ] || continue
${indented(daemonAsks(probes).filter((ask) => JSON.stringify(ask).includes(STAND_IN.pid)))}
done
if [ -n "$containerd" ] && [ -z "$dockerd" ]; then
${indented(presenceAsks(probes, 'containerd'))}
fi
# where Podman was never used, asking it would make its directories
job 3 sh -c '[ -d /var/lib/containers/storage ] || [ -d "$HOME/.local/share/containers/storage" ]'
if [ "$status" = 0 ]; then
${indented(presenceAsks(probes, 'podman'))}
fi
finish
`;
}

function indent(text: string): string {
  return text.replace(/^(?=.)/gm, '  ');
}

function aboutMount(ask: Ask): boolean {
  const text = JSON.stringify(ask);
  return text.includes(STAND_IN.mount) || text.includes(STAND_IN.device);
}

function notStatfs(ask: Ask): boolean {
  return ask.kind !== 'statfs' && JSON.stringify(ask).includes(STAND_IN.root);
}

function difference(asks: readonly Ask[], without: readonly Ask[]): Ask[] {
  const known = new Set(without.map((ask) => JSON.stringify(ask)));
  return asks.filter((ask) => !known.has(JSON.stringify(ask)));
}

const VARIABLES: readonly [standIn: string, variable: string][] = [
  [STAND_IN.mount, '$mnt'],
  [STAND_IN.device, '$dev'],
  [STAND_IN.root, '$root'],
  [STAND_IN.socket, '$sock'],
  [STAND_IN.pid, '$pid'],
  [STAND_IN.container, '$container'],
];

/** One question as a line of the script, its alternatives behind `||`. */
function askLine(ask: Ask): string {
  // whole seconds: not every sleep takes fractions
  const seconds = String(Math.max(1, Math.ceil((ask.timeoutMs ?? 10_000) / 1000)));
  const line = (() => {
    switch (ask.kind) {
      case 'run':
        return ['run', seconds, ...ask.argv.map(word)];
      case 'read':
        return ['read_file', seconds, word(ask.path)];
      case 'statfs':
        return ['statfs', seconds, word(ask.path)];
      case 'get':
        return ['get', seconds, word(ask.socket), word(ask.path)];
    }
  })().join(' ');
  return ask.or ? `${line} || ${askLine(ask.or)}` : line;
}

/** A word for the shell; stand-ins become variables. Newlines inside quotes are indented by nobody: there are none. */
function word(text: string): string {
  for (const [standIn, variable] of VARIABLES) {
    const at = text.indexOf(standIn);
    if (at < 0) continue;
    const before = text.slice(0, at);
    const after = text.slice(at + standIn.length);
    return `${before === '' ? '' : word(before)}"${variable}"${after === '' ? '' : word(after)}`;
  }
  return /^[A-Za-z0-9_.\/:=,+@%-]+$/.test(text) ? text : quoteWord(text);
}
