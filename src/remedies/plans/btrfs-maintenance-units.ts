import type { Step } from '../../plan/plan.ts';
import type { BtrfsTarget } from './btrfs-file-system.ts';

/** Names what belongs to one file system: the first part of its uuid. */
function mark(target: BtrfsTarget): string {
  return target.uuid.slice(0, 8);
}

/** Sysfs is empty again after each mount: tmpfiles.d(5) holds the value, a service writes it behind the mount. */
export function reclaimFiles(target: BtrfsTarget, setting: string, threshold: number, tmpfiles: string): Step[] {
  const name = `ullage-btrfs-reclaim-${mark(target)}`;
  const values = `/etc/tmpfiles.d/${name}.conf`;
  const unit = `/etc/systemd/system/${name}.service`;
  return [
    {
      id: 'threshold-file',
      title: 'write the threshold down',
      why: 'The kernel forgets it at every mount.',
      run: [],
      writes: [
        { path: values, content: `w ${setting} - - - - ${threshold}\n`, mode: '0644' },
        {
          path: unit,
          content: `[Unit]
Description=btrfs at ${target.mount}: pack data chunks below ${threshold} % as they are emptied
RequiresMountsFor=${target.mount}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=${tmpfiles} --create ${values}

[Install]
WantedBy=multi-user.target
`,
          mode: '0644',
        },
      ],
      undo: [],
      before: [],
      after: [],
      risk: 'online',
      idempotent: true,
      ifStopped: 'The files are there and not used yet.',
    },
    enable(`${name}.service`, 'enable-threshold', 'set it at every boot', false),
  ];
}

/** A service with a small balance, and the timer that starts it each week. */
export function balanceUnits(target: BtrfsTarget, btrfs: string, usage: number, limit: number): Step[] {
  const name = `ullage-btrfs-balance-${mark(target)}`;
  return [
    {
      id: 'balance-files',
      title: 'write a weekly balance down',
      why: `Empty chunks go back, and at most ${limit} that are less than ${usage} % full are packed. Data only, with idle priority.`,
      run: [],
      writes: [
        {
          path: `/etc/systemd/system/${name}.service`,
          content: `[Unit]
Description=Pack half-empty btrfs chunks of ${target.mount}
RequiresMountsFor=${target.mount}

[Service]
Type=oneshot
Nice=19
IOSchedulingClass=idle
ExecStart=${btrfs} balance start -dusage=0 ${target.mount}
ExecStart=${btrfs} balance start -dusage=${usage},limit=${limit} ${target.mount}
`,
          mode: '0644',
        },
        {
          path: `/etc/systemd/system/${name}.timer`,
          content: `[Unit]
Description=Each week: pack half-empty btrfs chunks of ${target.mount}

[Timer]
OnCalendar=Sun 04:00
RandomizedDelaySec=1h
Persistent=true

[Install]
WantedBy=timers.target
`,
          mode: '0644',
        },
      ],
      undo: [],
      before: [],
      after: [],
      risk: 'online',
      idempotent: true,
      ifStopped: 'The files are there and not used yet.',
    },
    enable(`${name}.timer`, 'enable-balance', 'start it each week', true),
  ];
}

function enable(unit: string, id: string, title: string, timer: boolean): Step {
  return {
    id,
    title,
    why: `systemd reads the new files and ${timer ? 'counts from now' : 'runs it at every boot'}.`,
    run: [
      ['systemctl', 'daemon-reload'],
      ['systemctl', 'enable', '--now', unit],
    ],
    undo: [['systemctl', 'disable', '--now', unit]],
    undoIf: [{ says: `${unit} is enabled`, run: ['systemctl', 'is-enabled', unit] }],
    before: [],
    after: [
      { says: `${unit} is enabled`, run: ['systemctl', 'is-enabled', unit], matches: '^enabled$' },
      { says: `${unit} is active`, run: ['systemctl', 'is-active', unit], matches: '^active$' },
    ],
    risk: 'online',
    idempotent: true,
    ifStopped: 'It works from now on.',
  };
}

/** Without systemd: a line in a table of its own, crontab(5). */
export function balanceTable(target: BtrfsTarget, btrfs: string, usage: number, limit: number): Step[] {
  return [
    {
      id: 'balance-table',
      title: 'let cron start a small balance each week',
      why: `At most ${limit} chunks that are less than ${usage} % full are packed. Data only. This host has no systemd.`,
      run: [],
      writes: [
        {
          // run-parts(8) and cron(8) on Debian leave names with a dot out
          path: `/etc/cron.d/ullage-btrfs-${mark(target)}`,
          content: `17 4 * * 0 root ${btrfs} balance start -dusage=${usage},limit=${limit} ${target.mount} >/dev/null\n`,
          mode: '0644',
        },
      ],
      undo: [],
      before: [{ says: 'cron reads /etc/cron.d', run: ['test', '-d', '/etc/cron.d'] }],
      after: [],
      risk: 'online',
      idempotent: true,
      ifStopped: 'It works from now on.',
    },
  ];
}
