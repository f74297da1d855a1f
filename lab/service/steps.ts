import type { Report } from '../../src/causes/report.ts';
import { eventually, holds, sleep } from '../expect.ts';
import { ADDRESS, figure, HOME, labels, type Seat, THIN, UNIT } from './seat.ts';

const ON = ['--on', THIN];
export const LISTEN = ['--listen', ADDRESS, ...ON];

/** `--install` starts it: page, metrics and history are there. */
export async function installed(seat: Seat): Promise<string> {
  const { ground, shell, ullage, property } = seat;
  const said = await ullage('watch', '--install', ...LISTEN, '--interval', '10');
  holds(said.includes(`started: ${UNIT}`), said);
  await seat.looked(0);
  await ground.must(['systemctl', 'is-enabled', UNIT]);
  holds((await property('ActiveState')) === 'active', 'the service is not active');
  const page = await shell(`curl -s -m 60 -i http://${ADDRESS}/`);
  holds(/^HTTP\/1.1 200/.test(page) && /content-security-policy/i.test(page), `the page: ${page.slice(0, 300)}`);
  holds(figure(await seat.metrics(), 'ullage_history_writable') === 1, 'the history is not written');
  const own = await shell('readlink /proc/1/ns/mnt "/proc/$1/ns/mnt" | uniq | wc -l', await property('MainPID'));
  holds(own === '1', 'the service has mounts of its own');
  return said.split('\n')[0] ?? '';
}

/** The doctor within the unit's limits and the watch's own metrics say what the doctor says in a shell. */
export async function asInShell(seat: Seat): Promise<string> {
  const doctor = ['doctor', '--json', '--all', '--timeout', '180', ...ON];
  const inShell = reportOf((await seat.ground.run([...seat.command, ...doctor], { timeoutMs: 300_000 })).stdout);
  await seat.shell(
    `sed -e '/^ExecStart=/d; /^Restart/d; /^Type=/d' "/etc/systemd/system/$1" >/run/systemd/system/lab-doctor.service
cat >>/run/systemd/system/lab-doctor.service <<'X'
[Service]
Type=oneshot
SuccessExitStatus=0 1 2 3
StandardOutput=truncate:/run/lab-doctor.json
ExecStart=/bin/sh /run/lab-doctor.sh
X
shift; { printf 'exec'; for word; do printf " '%s'" "$word"; done; } >/run/lab-doctor.sh
systemctl daemon-reload; systemctl start lab-doctor.service`,
    UNIT,
    ...seat.command,
    ...doctor,
  );
  const inUnit = reportOf(await seat.shell('cat /run/lab-doctor.json; rm /run/systemd/system/lab-doctor.service'));
  same('what is unknown', unknown(inUnit), unknown(inShell));
  same('findings', findings(inUnit), findings(inShell));
  same('layers', layers(inUnit), layers(inShell));
  const metrics = await seat.metrics();
  same('layers of the metrics', labels(metrics, 'ullage_layer_info', 'layer'), layers(inShell));
  const causes = [...new Set(inShell.findings.map((one) => one.cause))].sort();
  same('findings of the metrics', labels(metrics, 'ullage_finding', 'cause'), causes);
  holds(
    layers(inShell).some((id) => id.startsWith('pool:')),
    'there is no thin pool',
  );
  return `${layers(inShell).length} layers, findings ${causes.join(', ') || 'none'}, ${unknown(inShell).length} unknown`;
}

/** Looks follow one another at the interval, or as fast as the guest can. */
export async function looks(seat: Seat): Promise<string> {
  const at = [await seat.looked(0)];
  while (at.length < 4) at.push(await seat.looked(at.at(-1) ?? 0));
  const gaps = at.slice(1).map((one, index) => one - (at[index] ?? 0));
  holds(
    gaps.every((gap) => gap >= 5),
    `looks too close: ${gaps.join(', ')} s`,
  );
  return `${gaps.join(', ')} s apart`;
}

const COUNT = `const { DatabaseSync } = require(process.argv[1]);
const rows = new DatabaseSync('/var/lib/ullage/history-local.sqlite').prepare('SELECT DISTINCT at FROM raw ORDER BY at').all();
console.log(rows.map((row) => row.at).join(' '));`;

/** SIGKILL: systemd starts it again, the history opens and holds each look, nothing is left behind. */
export async function killed(seat: Seat): Promise<string> {
  const { ground, property } = seat;
  const stamps = async (): Promise<number[]> => {
    const argv = [`${HOME}/node`, '-e', COUNT, `${HOME}/node_modules/@photostructure/sqlite`];
    return (await ground.must(argv)).split(' ').map(Number);
  };
  const last = figure(await seat.metrics(), 'ullage_look_timestamp_seconds') ?? 0;
  const pid = await property('MainPID');
  await ground.must(['systemctl', 'kill', '-s', 'KILL', UNIT]);
  await eventually(90, 'systemd starts it again', async () =>
    (await property('ActiveState')) === 'active' && (await property('MainPID')) !== pid ? true : undefined,
  );
  await seat.looked(last);
  const kept = await stamps();
  holds(kept.includes(last), `the look of ${last} is gone: ${kept.join(' ')}`);
  holds(figure(await seat.metrics(), 'ullage_history_writable') === 1, 'the history is not written');
  const log = await ground.must(['journalctl', '-u', UNIT, '--no-pager', '-o', 'cat']);
  holds(!log.includes('without'), `the log: ${log}`);
  return `started again (${await property('NRestarts')}), ${kept.length} looks in the history`;
}

/** Installed over itself with another interval: the kernel's words are followed by a look at once. */
export async function overIt(seat: Seat): Promise<string> {
  const { ullage, property } = seat;
  const pid = await property('MainPID');
  await ullage('watch', '--install', ...LISTEN, '--interval', '3600');
  holds((await property('MainPID')) !== pid, 'the service was not started anew');
  const first = await seat.looked(0);
  // exec'd by setpriv: the word comes when the log is being followed
  await eventually(60, 'the log is followed', async () =>
    (await seat.ground.run(['pgrep', '-x', 'dmesg'])).exitCode === 0 ? true : undefined,
  );
  await sleep(3);
  const before = await seat.shell('date +%s');
  await seat.shell("echo '<4>BTRFS warning (device lab): written by the lab' >/dev/kmsg");
  const second = await seat.looked(first);
  return `looked ${second - Number(before)} s after the kernel's word (the middle of the look)`;
}

/** In place of the service a timer: it fires again and again. */
export async function timer(seat: Seat): Promise<string> {
  const { ground, ullage, property } = seat;
  const file = '/srv/text files/ullage.prom';
  await ground.must(['mkdir', '-p', '/srv/text files']);
  await ullage('watch', '--install', '--once', '--interval', '5', '--textfile', file, ...ON);
  const looked = (than: number): Promise<number> =>
    eventually(400, 'the timer fires', async () => {
      const at = figure((await ground.run(['cat', file])).stdout, 'ullage_look_timestamp_seconds');
      return at !== undefined && at > than ? at : undefined;
    });
  const first = await looked(0);
  const second = await looked(first);
  holds((await property('ActiveState', 'ullage-watch.timer')) === 'active', 'the timer is not active');
  holds((await ground.run(['curl', '-s', `http://${ADDRESS}/`])).exitCode !== 0, 'the service is still there');
  const log = await ground.must(['journalctl', '-u', UNIT, '--no-pager', '-o', 'cat']);
  holds(!log.includes('ullage_build_info'), 'metrics stand in the log');
  return `looks ${second - first} s apart`;
}

const reportOf = (text: string): Report => JSON.parse(text) as Report;
const unknown = (report: Report): string[] => report.unknown.map(({ what, why }) => `${what}: ${why}`).sort();
const layers = (report: Report): string[] => [...new Set(report.stack.map(({ id }) => id))].sort();
const findings = (report: Report): string[] =>
  report.findings.map((one) => `${one.cause} ${one.subject} ${one.severity} ${one.confidence}`).sort();

function same(what: string, is: readonly string[], shall: readonly string[]): void {
  holds(is.join('\n') === shall.join('\n'), `${what}: ${is.join('; ') || 'none'}, in a shell: ${shall.join('; ')}`);
}
