/** What the steps of the service's check work with: a guest whose PID 1 is systemd, and the command under an awkward path. */
import { eventually } from '../expect.ts';
import { COMMAND_AT, type Guest } from '../guest/ground.ts';

export const UNIT = 'ullage-watch.service';
export const ADDRESS = '127.0.0.1:9723';
/** Spaces, and what systemd reads as a specifier and as a variable. */
export const HOME = '/srv/tools (100% $HOME) of ours';
export const BTRFS = '/var/lib/docker';
export const THIN = '/srv/thin data';
/** A look of an emulated guest takes a minute where the processors are shared. */
const PATIENT = 400;

export interface Seat {
  ground: Guest;
  /** the command, by argv */
  command: readonly string[];
  ullage(...argv: string[]): Promise<string>;
  shell(script: string, ...args: string[]): Promise<string>;
  /** a property of a unit (systemctl show) */
  property(name: string, unit?: string): Promise<string>;
  /** what /metrics says; empty while nothing answers */
  metrics(): Promise<string>;
  /** the watch's last look, once it is later than `than` */
  looked(than: number): Promise<number>;
}

export function seatOn(ground: Guest): Seat {
  const command = [`${HOME}/node`, `${HOME}/dist/bin/ullage.cjs`];
  const seat: Seat = {
    ground,
    command,
    ullage: (...argv) => ground.must([...command, ...argv], { timeoutMs: 10 * 60_000 }),
    shell: (script, ...args) => ground.must(['sh', '-c', script, 'sh', ...args], { timeoutMs: 10 * 60_000 }),
    property: (name, unit = UNIT) => ground.must(['systemctl', 'show', '-P', name, unit]),
    metrics: async () => (await ground.run(['curl', '-s', '-m', '20', `http://${ADDRESS}/metrics`])).stdout,
    looked: (than) =>
      eventually(PATIENT, `a look later than ${than}`, async () => {
        const at = figure(await seat.metrics(), 'ullage_look_timestamp_seconds');
        return at !== undefined && at > than ? at : undefined;
      }),
  };
  return seat;
}

/** A figure without labels. */
export function figure(metrics: string, name: string): number | undefined {
  const value = new RegExp(`^${name} (\\S+)$`, 'm').exec(metrics)?.[1];
  return value === undefined ? undefined : Number(value);
}

/** Each value that a label of a family has, sorted. */
export function labels(metrics: string, family: string, label: string): string[] {
  const lines = metrics.split('\n').filter((line) => line.startsWith(`${family}{`));
  const values = lines.flatMap((line) => new RegExp(`[{,]${label}="((?:[^"\\\\]|\\\\.)*)"`).exec(line)?.[1] ?? []);
  return [...new Set(values)].sort();
}

/** Something of each kind of storage that is asked about: Docker on btrfs, an LVM thin pool. btrfs has half-empty chunks. */
export async function makeHost({ ground, shell }: Seat): Promise<void> {
  const [btrfs = '', pool = ''] = ground.disks;
  await shell('mkdir -p "$1" && mount --bind "$2" "$1"', HOME, COMMAND_AT);
  const quiet = { iptables: false, ip6tables: false, bridge: 'none', 'ip-forward': false, 'ip-masq': false };
  await ground.write('/etc/docker/daemon.json', JSON.stringify({ 'storage-driver': 'btrfs', ...quiet }));
  await shell(
    `set -e
mkfs.btrfs -q -m single -d single "$1"; mkdir -p "$2"; mount "$1" "$2"
pvcreate -q "$3"; vgcreate -q lab "$3"; lvcreate -q -T -L 200M -V 100M -n thin lab/pool
mkfs.ext4 -q /dev/lab/thin; mkdir -p "$4"; mount /dev/lab/thin "$4"
systemctl start docker.service
mkdir "$2/fill"; cd "$2/fill"; i=100; while fallocate -l 8M $i 2>/dev/null; do i=$((i+1)); done; rm -f $i; sync
while [ $i -gt 100 ]; do i=$((i-1)); [ $((i % 3)) = 0 ] || rm -f $i; done; sync`,
    btrfs,
    BTRFS,
    pool,
    THIN,
  );
}
