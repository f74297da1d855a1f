/** The scripts inside a guest. */

/** PID 1 of the initrd (busybox): loads the modules the root disk needs, in `modprobe --show-depends`' order. */
const ROOT_MOUNTED = `#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t sysfs sys /sys
$b mount -t devtmpfs dev /dev
for m in $($b cat /mods/order); do $b insmod /mods/$m; done
i=0
while [ ! -b /dev/vda ] && [ $i -lt 200 ]; do $b sleep 0.05; i=$((i+1)); done
$b mount -t ext4 -o rw,noatime /dev/vda /newroot || { echo "lab: no root disk"; $b poweroff -f; }
`;
const MOVED = 'for d in dev sys proc; do $b mount --move /$d /newroot/$d; done\n';

export const INITRD_INIT = `${ROOT_MOUNTED}${MOVED}exec $b switch_root /newroot /sbin/lab-init
`;

/** The line on the serial console that says sshd listens. */
export const READY = 'ullage-lab: ready';

/**
 * PID 1 of the guest: mounts, udev for block devices, sshd; then waits and reaps. No systemd: a third of
 * the boot time under software emulation, and what is tested does not depend on it.
 */
export const GUEST_INIT = `#!/bin/sh
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C
mount -t tmpfs -o mode=755 run /run
mount -t tmpfs -o mode=1777 tmp /tmp
mkdir -p /dev/pts /dev/shm /run/lock /run/sshd /var/lib/docker
mount -t devpts -o gid=5,mode=620,ptmxmode=666 devpts /dev/pts
mount -t tmpfs shm /dev/shm
mount -t cgroup2 cgroup2 /sys/fs/cgroup
mount --make-rshared /
hostname lab
for u in /lib/systemd/systemd-udevd /usr/lib/systemd/systemd-udevd; do [ -x $u ] && { $u --daemon; break; }; done
modprobe -a virtio_net loop virtio_rng 2>/dev/null
udevadm trigger --type=devices --action=add --subsystem-match=block --subsystem-match=misc --subsystem-match=net
udevadm settle --timeout=20
ip link set lo up
ip address add 10.0.2.15/24 dev eth0
ip link set eth0 up
ip route add default via 10.0.2.2
/usr/sbin/sshd -f /etc/ssh/lab_sshd_config
echo "${READY}" > /dev/console
while :; do sleep 3600 & wait $!; done
`;

/** sshd for the lab alone: one key, no PAM, enough sessions on one connection. */
export const SSHD_CONFIG = `Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
PermitRootLogin prohibit-password
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
UseDNS no
PrintMotd no
MaxSessions 64
MaxStartups 64
Compression no
ClientAliveInterval 0
AuthorizedKeysFile /root/.ssh/authorized_keys
`;

/**
 * In place of {@link INITRD_INIT}: systemd is PID 1, with units of ours from the initrd's /units. What a first boot and
 * an updated /usr would have done is left out, and so is what the system would start by itself.
 */
export const SYSTEMD_INIT = `${ROOT_MOUNTED}$b mount -t tmpfs -o mode=755,nosuid,nodev run /newroot/run
$b mkdir -p /newroot/run/systemd /newroot/run/sshd
$b cp -r /units /newroot/run/systemd/system
$b ln -s lab.target /newroot/run/systemd/system/default.target
for u in netavark-dhcp-proxy.socket ssh.service ssh.socket; do $b ln -s /dev/null /newroot/run/systemd/system/$u; done
echo 6c6162206f6620756c6c616765206c61 > /newroot/etc/machine-id
$b touch /newroot/etc/.updated /newroot/var/.updated
${MOVED}exec $b switch_root /newroot /usr/lib/systemd/systemd
`;

/** Units of a guest whose PID 1 is systemd: the network, sshd, and the line that says so. */
export const SYSTEMD_UNITS: Readonly<Record<string, string>> = {
  'lab.target': `[Unit]
Description=a guest of the lab
Requires=basic.target lab.service
After=basic.target lab.service
AllowIsolate=yes
`,
  'lab.service': `[Unit]
Description=sshd of the lab
After=basic.target

[Service]
Type=exec
ExecStartPre=/usr/sbin/modprobe -a virtio_net loop virtio_rng
ExecStartPre=/usr/bin/udevadm settle --timeout=20
ExecStartPre=/usr/sbin/ip link set lo up
ExecStartPre=/usr/sbin/ip address add 10.0.2.15/24 dev eth0
ExecStartPre=/usr/sbin/ip link set eth0 up
ExecStartPre=/usr/sbin/ip route add default via 10.0.2.2
ExecStart=/usr/sbin/sshd -D -f /etc/ssh/lab_sshd_config
ExecStartPost=/bin/sh -c 'echo "${READY}" > /dev/console'
KillMode=process
`,
};
