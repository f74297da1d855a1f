/**
 * The service (man 5 systemd.service, systemd.exec). It needs root to look (dmsetup, btrfs ioctls), so memory and CPU are
 * limited and what it never needs is refused. Nothing here may give it mounts of its own (ProtectSystem=,
 * ProtectHome=, PrivateTmp=, ReadWritePaths= and the like): a copy of a mount that the host
 * keeps private, as dockerd does those of devicemapper, holds its device busy until the service ends; every mount would
 * be seen as read-only; and LVM and Podman do not answer where they cannot take their locks.
 */
export function unitText(argv: readonly string[], once = false): string {
  return `[Unit]
Description=ullage watch: says when container storage will be full
Documentation=man:systemd.service(5)
After=local-fs.target network.target

[Service]
Type=${once ? 'oneshot' : 'exec'}
ExecStart=${execStart(argv)}
${once ? 'StandardOutput=null\n' : 'Restart=on-failure\nRestartSec=10\n'}StateDirectory=ullage
StateDirectoryMode=0700
Nice=10
IOSchedulingClass=idle
CPUWeight=20
MemoryMax=512M
TasksMax=512
OOMPolicy=continue
NoNewPrivileges=yes
CapabilityBoundingSet=~CAP_SYS_TIME CAP_WAKE_ALARM CAP_SYS_BOOT
RestrictSUIDSGID=yes
RestrictRealtime=yes
LockPersonality=yes
${once ? '' : '\n[Install]\nWantedBy=multi-user.target\n'}`;
}

/** Starts a service again and again (man 5 systemd.timer); `calendar`: by the clock, else so many seconds after it ended. */
export function timerText(what: string, service: string, every: { calendar: string } | { seconds: number }): string {
  return `[Unit]
Description=${what}

[Timer]
Unit=${service}
${
  'calendar' in every
    ? `OnCalendar=${every.calendar}\nAccuracySec=30s`
    : `OnBootSec=30s\nOnUnitInactiveSec=${every.seconds}s\nAccuracySec=1s`
}

[Install]
WantedBy=timers.target
`;
}

/**
 * Care on its own, apart from the watch that only looks: it applies plans. Its end is asked for (SIGTERM) and
 * waited for: a balance is stopped at a chunk, and programs at work are not killed with it.
 */
export function careUnitText(argv: readonly string[]): string {
  return `[Unit]
Description=ullage care: chosen remedies inside the operator's limits
Documentation=man:systemd.service(5)
After=local-fs.target

[Service]
Type=oneshot
ExecStart=${execStart(argv)}
SuccessExitStatus=1
KillMode=mixed
TimeoutStopSec=300
StateDirectory=ullage
StateDirectoryMode=0700
Nice=19
IOSchedulingClass=idle
CPUWeight=20
TasksMax=256
`;
}

/** The program's own path has no variables in it, the words behind it have (man 5 systemd.service, COMMAND LINES). */
function execStart([program = '', ...args]: readonly string[]): string {
  return [quoted(program), ...args.map((arg) => quoted(arg.replaceAll('$', '$$$$')))].join(' ');
}

/** systemd reads quotes and `%`; a line that is not ended with a quote would be a setting of its own. */
function quoted(text: string): string {
  const plain = text.replaceAll('%', '%%');
  if (/^[\w./:@%$=,+-]+$/.test(plain)) return plain;
  const safe = plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it writes as \xNN (man 7 systemd.syntax, QUOTING)
  return `"${safe.replace(/[\u0001-\u001f\u007f]/g, (one) => `\\x${one.charCodeAt(0).toString(16).padStart(2, '0')}`)}"`;
}
