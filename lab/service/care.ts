import type { CareLedger } from '../../src/watch/care/ledger.ts';
import { eventually, holds } from '../expect.ts';
import { BTRFS, type Seat } from './seat.ts';
import { LISTEN } from './steps.ts';

const LIMITS = '/srv/limits of ours.json';
const UNITS = ['ullage-watch.service', 'ullage-care.service', 'ullage-care.timer'];

/** Care's own timer fires by the clock, and a rebalance is planned, applied and journalled. */
export async function care(seat: Seat): Promise<string> {
  const { ground, shell, ullage } = seat;
  const remedies = { 'btrfs-rebalance': { when: 'window', on: [BTRFS], set: { target: '100m' } } };
  await ground.write(LIMITS, JSON.stringify({ version: 1, window: await windowAround(seat), remedies }));
  const before = await unallocated(seat);
  await ullage('watch', '--install', ...LISTEN, '--interval', '3600', '--care', LIMITS);
  for (const unit of UNITS) await ground.must(['systemctl', 'cat', unit]);
  await seat.looked(0);
  // to the last seconds before the timer's next time, rather than to wait for it
  await shell('now=$(date +%s); date -s "@$(( (now / 600 + 1) * 600 - 3 ))"');
  const [run] = await eventually(900, 'care runs', async () => {
    const text = (await ground.run(['cat', '/var/lib/ullage/care.json'])).stdout;
    const runs = text === '' ? [] : (JSON.parse(text) as CareLedger).runs;
    return runs.some((one) => one.outcome !== 'begun') ? runs : undefined;
  });
  const log = await ground.must(['journalctl', '-u', 'ullage-care.service', '--no-pager', '-o', 'cat']);
  holds(run?.outcome === 'applied', `care: ${JSON.stringify(run)}: ${log}`);
  const after = await unallocated(seat);
  holds(after > before, `unallocated: ${before} before, ${after} after`);
  const journal = await ullage('journal');
  holds(journal.includes('btrfs-rebalance'), `ullage journal: ${journal}`);
  return `btrfs-rebalance ${run.outcome}, unallocated ${mib(before)} → ${mib(after)}`;
}

/** Nothing of it stays but its state. */
export async function uninstalled(seat: Seat): Promise<string> {
  const { ground, shell, ullage } = seat;
  const said = await ullage('watch', '--uninstall');
  const left = await shell(`find /etc/systemd /run/systemd -name 'ullage*' -not -path '*/units/*'
systemctl list-units --all --no-legend --plain 'ullage*'; pgrep -a -f '[u]llage.cjs|[f]ollow-new' || true`);
  holds(left === '', `left: ${left}`);
  const state = await ground.must(['ls', '/var/lib/ullage']);
  holds(/care\.json/.test(state) && /history-local\.sqlite/.test(state), `the state: ${state}`);
  return `${said.split('\n').length - 1} units taken away; stays: ${state.replaceAll('\n', ', ')}`;
}

/** An hour before to two hours behind the guest's clock. */
function windowAround({ shell }: Seat): Promise<string> {
  return shell('now=$(date +%s); echo "$(date -d "@$((now - 3600))" +%H:%M)-$(date -d "@$((now + 7200))" +%H:%M)"');
}

async function unallocated({ ground }: Seat): Promise<number> {
  const text = await ground.must(['btrfs', 'filesystem', 'usage', '--raw', BTRFS]);
  return Number(/Device unallocated:\s+(\d+)/.exec(text)?.[1]);
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
