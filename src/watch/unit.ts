/**
 * The service (man 5 systemd.service, systemd.exec). It needs root to look (dmsetup, btrfs ioctls), so it
 * is bounded in other ways: nothing can be written but its own state, memory and CPU are limited.
 */
export function unitText(argv: readonly string[], writable: readonly string[] = [], once = false): string {
  return `[Unit]
Description=ullage watch: says when container storage will be full
Documentation=man:systemd.service(5)
After=local-fs.target network.target

[Service]
Type=${once ? 'oneshot' : 'exec'}
ExecStart=${argv.map(word).join(' ')}
${once ? '' : 'Restart=on-failure\nRestartSec=10\n'}StateDirectory=ullage
StateDirectoryMode=0700
Nice=10
IOSchedulingClass=idle
CPUWeight=20
MemoryMax=512M
TasksMax=128
OOMPolicy=continue
NoNewPrivileges=yes
ProtectSystem=strict
ProtectHome=read-only
ProtectClock=yes
RestrictSUIDSGID=yes
LockPersonality=yes
${writable.map((path) => `ReadWritePaths=${word(path)}\n`).join('')}${once ? '' : '\n[Install]\nWantedBy=multi-user.target\n'}`;
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
 * Care on its own, apart from the watch that cannot write: it applies plans. Its end is asked for (SIGTERM) and
 * waited for: a balance is stopped at a chunk, and programs at work are not killed with it.
 */
export function careUnitText(argv: readonly string[]): string {
  return `[Unit]
Description=ullage care: chosen remedies inside the operator's limits
Documentation=man:systemd.service(5)
After=local-fs.target

[Service]
Type=oneshot
ExecStart=${argv.map(word).join(' ')}
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

/** A word of ExecStart: systemd reads quotes, `%` and `$` (man 5 systemd.service, COMMAND LINES). */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:@%$=,+-]+$/.test(plain) ? plain : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
