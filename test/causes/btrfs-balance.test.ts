import { describe, expect, it } from 'vitest';
import { btrfsBalanceEnospc } from '../../src/causes/btrfs-balance-enospc.ts';
import { best, fact, host, MIB } from './scene.ts';

const [full, roomy] = ['11111111-1111-4111-8111-111111111111', '22222222-2222-4222-8222-222222222222'];
const fs = (uuid: string, name: string, target: string, given: number) => [
  fact('mount', { target, source: `/dev/${name}`, fstype: 'btrfs', options: [], root: '/', uuid }),
  fact('btrfs-sysfs', {
    uuid,
    devices: [{ name, size: 512 * MIB }],
    spaces: { data: { total: given, used: 8 * MIB, diskTotal: given, profiles: [] } },
  }),
];
const ended = (device: string) =>
  fact(
    'kernel-event',
    { event: 'btrfs-balance-enospc', device },
    `BTRFS info (device ${device}): 9 enospc errors during balance`,
  );

const find = (...facts: Parameters<typeof host>) => best(btrfsBalanceEnospc, host(...facts));
const both = [...fs(roomy, 'loop1', '/var/lib/docker', 72 * MIB), ...fs(full, 'dm-4', '/srv', 511 * MIB)];

describe('btrfs-balance-enospc on a host', () => {
  it('is told of the file system whose device the kernel names', () => {
    expect(find(...both, ended('dm-4'))).toMatchObject({ subject: '/srv', severity: 'warning', confidence: 'likely' });
    expect(find(...both, ended('loop1'))).toMatchObject({ subject: '/var/lib/docker', severity: 'notice' });
  });

  it('is not told of a device that no mounted file system has', () => {
    expect(find(...both, ended('loop0'))).toBeUndefined();
  });

  it('is not told of by what the kernel log still holds of it', () => {
    const line = '[15283.095660] BTRFS info (device loop1): balance: ended with status: -28';
    expect(find(...both, fact('symptom', { errno: 'ENOSPC', message: line }, line))).toBeUndefined();
    const tool = "ERROR: error during balancing '/srv': No space left on device";
    expect(find(...both, fact('symptom', { errno: 'ENOSPC', message: tool }, tool))?.severity).toBe('warning');
  });

  it('is told without a name where nothing mounted is known', () => {
    expect(find(ended('loop0'))?.subject).toBe('the btrfs file system');
  });
});
