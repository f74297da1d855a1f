#!/usr/bin/env bash
# newer-peers.sh PACKAGE…: unpacks programs of the next Debian suite (trixie beside bookworm) into a
# cache directory, with the libraries they need, and prints the path of a runner: `RUNNER NAME ARGS`
# runs one under its own loader. Nothing of this system is touched.
set -eu
suite=${SUITE:-trixie}
cache=${ULLAGE_PEER_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ullage/peers-$suite}
runner=$cache/run
mkdir -p "$cache"/lists/partial "$cache"/archives/partial "$cache"/state "$cache"/etc/preferences.d \
  "$cache"/etc/apt.conf.d "$cache"/debs "$cache"/root "$cache"/done
want=
for package in "$@" libc6 libgcc-s1; do [ -e "$cache/done/$package" ] || want="$want $package"; done
if [ -n "$want" ]; then
  mirror=$(grep -rhoE 'https?://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null | head -1 | tr -d ' ')
  keys=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keys] ${mirror:-http://deb.debian.org/debian} $suite main" >"$cache/etc/sources.list"
  : >"$cache/state/status"
  apt=(apt-get -qq -o "Dir::Etc=$cache/etc" -o "Dir::Etc::sourcelist=$cache/etc/sources.list" -o Dir::Etc::sourceparts=-
    -o "Dir::State=$cache/state" -o "Dir::State::lists=$cache/lists" -o "Dir::State::status=$cache/state/status"
    -o "Dir::Cache=$cache" -o "Dir::Cache::archives=$cache/archives" -o APT::Sandbox::User=root)
  "${apt[@]}" update >&2
  # shellcheck disable=SC2086
  "${apt[@]}" install --no-install-recommends --download-only -y $want >&2
  for deb in "$cache"/archives/*.deb; do dpkg-deb -x "$deb" "$cache/root" && rm -f "$deb"; done
  for package in $want; do touch "$cache/done/$package"; done
fi
libs=$cache/root/usr/lib/$(uname -m)-linux-gnu
cat >"$runner" <<R
#!/bin/sh
name=\$1; shift
for program in $cache/root/usr/sbin/\$name $cache/root/usr/bin/\$name; do
  [ -e "\$program" ] && exec $libs/ld-linux-x86-64.so.2 --argv0 "\$program" --library-path "$libs" "\$program" "\$@"
done
echo "\$name is not unpacked" >&2; exit 127
R
chmod +x "$runner"
echo "$runner"
