#!/usr/bin/env bash
# Brings the programs that test/kernel and lab/ drive, without installing anything: missing Debian
# packages are unpacked into a cache directory. `lab` brings QEMU and the image builder as well.
# Prints what to put into the environment as NAME=VALUE lines. Progress goes to stderr.
set -u

cache=${ULLAGE_KERNEL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/ullage/kernel}
root=$cache/root
# path or program that shows a package is there = package
wanted='btrfs=btrfs-progs mkfs.xfs=xfsprogs mkfs.ext4=e2fsprogs sshd=openssh-server ssh=openssh-client
  ssh-keygen=openssh-client dockerd=docker.io containerd=containerd runc=runc losetup=mount findmnt=util-linux
  busybox=busybox-static curl=curl getfattr=attr setfacl=acl nbdinfo=libnbd-bin qemu-img=qemu-utils debugfs=e2fsprogs
  thin_restore=thin-provisioning-tools vgcfgrestore=lvm2 sfdisk=fdisk promtool=prometheus
  prometheus-alertmanager=prometheus-alertmanager prometheus-node-exporter=prometheus-node-exporter chromium=chromium
  podman=podman fuse-overlayfs=fuse-overlayfs newuidmap=uidmap'
[ "${1:-}" != lab ] || wanted="$wanted qemu-system-x86_64=qemu-system-x86 /usr/share/seabios/bios-256k.bin=seabios
  mmdebstrap=mmdebstrap setpriv=util-linux cpio=cpio xz=xz-utils
  /usr/share/keyrings/debian-archive-keyring.gpg=debian-archive-keyring"

path=$root/usr/sbin:$root/usr/bin:$root/sbin:$root/bin
PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin:$path

missing=
for pair in $wanted; do
  what=${pair%%=*}
  case $what in
    /*) [ -e "$what" ] || [ -e "$root$what" ] ;;
    *) command -v "$what" >/dev/null ;;
  esac || missing="$missing ${pair#*=}"
done

libraries=$root/usr/lib/$(uname -m)-linux-gnu:$root/lib/$(uname -m)-linux-gnu:$root/usr/lib/$(uname -m)-linux-gnu/pulseaudio

# unpack PACKAGE…: with what it depends on
unpack() {
  echo "unpacking $* into $root" >&2
  mkdir -p "$cache/debs/partial" "$root"
  fetch() {
    timeout 600 apt-get -q -y -o Acquire::http::Timeout=30 -o Acquire::Retries=2 \
      install --no-install-recommends --download-only --reinstall -o "Dir::Cache::archives=$cache/debs" "$@" >&2
  }
  export DEBIAN_FRONTEND=noninteractive
  fetch "$@" || { timeout 300 apt-get -q -y -o Acquire::http::Timeout=30 -o Acquire::Retries=2 update >&2 && fetch "$@"; } ||
    # one that cannot be had must not keep the others away: what needs it is skipped by name
    for package in "$@"; do fetch "$package" || echo "cannot be had: $package" >&2; done
  for deb in "$cache"/debs/*.deb; do
    [ -e "$deb" ] && dpkg -x "$deb" "$root" && rm -f "$deb"
  done
}

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  # shellcheck disable=SC2086
  [ -z "$missing" ] || unpack $missing
  # These start themselves anew with an environment of their own, which has no LD_LIBRARY_PATH: they are told
  # in the file where their libraries are. DT_RPATH and not DT_RUNPATH: it holds for the libraries' libraries.
  for program in dockerd runc sshd; do
    file=$root/usr/sbin/$program
    [ -f "$file" ] && env -u LD_LIBRARY_PATH ldd "$file" 2>/dev/null | grep -q 'not found' || continue
    command -v patchelf >/dev/null || unpack patchelf
    # whole or not at all: it may be running
    cp "$file" "$file.$$" &&
      LD_LIBRARY_PATH=$libraries patchelf --force-rpath --set-rpath "$libraries" "$file.$$" && mv "$file.$$" "$file"
    rm -f "$file.$$"
  done
fi

# sshd drops to this user; its package's own script would have made it
if [ "$(id -u)" = 0 ] && command -v sshd >/dev/null && ! id sshd >/dev/null 2>&1 && command -v useradd >/dev/null; then
  useradd --system --no-create-home --home-dir /run/sshd --shell /usr/sbin/nologin sshd >&2
fi

echo "PATH=$PATH"
if [ -d "$root/usr" ]; then
  echo "LD_LIBRARY_PATH=$libraries${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
  # QEMU and its firmware do not stand where they were built for
  echo "ULLAGE_UNPACKED=$root"
fi
