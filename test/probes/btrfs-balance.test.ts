import { expect, test } from 'vitest';
import { btrfsBalance } from '../../src/probes/btrfs-balance.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { pasted } from './scan.ts';

test('a session: filters and paths come from the command lines', () => {
  const text = `# btrfs balance start -dusage=55 /var/lib/docker
ERROR: error during balancing '/var/lib/docker' - No space left on device
# btrfs balance start -v -dusage=0 -musage=0 /var/lib/docker
Dumping filters: flags 0x1, state 0x0, force is off
Done, had to relocate 7 out of 36 chunks
# btrfs balance status /srv
Balance on '/srv' is running
12 out of about 36 chunks balanced (13 considered),  67% left
# btrfs balance status /
No balance found on '/'`;
  expect(pasted(btrfsBalance, 'btrfs-balance', text)).toEqual([
    { path: '/var/lib/docker', filter: '-dusage=55', outcome: 'enospc' },
    { path: '/var/lib/docker', filter: '-dusage=0 -musage=0', outcome: 'relocated', relocated: 7, considered: 36 },
    { path: '/srv', outcome: 'running', relocated: 12, considered: 36 },
    { path: '/', outcome: 'none' },
  ]);
});

test('stderr of a run, the form with a colon', () => {
  const doc = makeDocument(
    { kind: 'run', argv: ['btrfs', 'balance', 'start', '-dlimit=1', '/mnt'] },
    '',
    "ERROR: error during balancing '/mnt': No space left on device\n",
    1,
  );
  expect(recognise([doc], [btrfsBalance]).first('btrfs-balance')?.value).toEqual({
    path: '/mnt',
    filter: '-dlimit=1',
    outcome: 'enospc',
  });
});

test('no balance: other errors, prose', () => {
  expect(
    pasted(
      btrfsBalance,
      'btrfs-balance',
      "ERROR: error during balancing '/mnt': Input/output error\nbalance says no space left on device",
    ),
  ).toEqual([]);
});
