/**
 * The service (man 5 systemd.service, systemd.exec). It needs root to look (dmsetup, btrfs ioctls), so it
 * is bounded in other ways: nothing can be written but its own state, memory and CPU are limited.
 */
export function unitText(argv: readonly string[], writable: readonly string[] = []): string {
  return `[Unit]
Description=ullage watch: says when container storage will be full
Documentation=man:systemd.service(5)
After=local-fs.target network.target

[Service]
Type=exec
ExecStart=${argv.map(word).join(' ')}
Restart=on-failure
RestartSec=10
StateDirectory=ullage
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
${writable.map((path) => `ReadWritePaths=${word(path)}\n`).join('')}
[Install]
WantedBy=multi-user.target
`;
}

/** A word of ExecStart: systemd reads quotes, `%` and `$` (man 5 systemd.service, COMMAND LINES). */
function word(text: string): string {
  const plain = text.replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w./:@%$=,+-]+$/.test(plain) ? plain : `"${plain.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
