import type { Cause } from './cause.ts';
import { btrfsStories, canGrow } from './help/btrfs.ts';
import { balanceWords, mayTellOf } from './help/btrfs-trouble.ts';
import { kernelEvents, show } from './help/messages.ts';

export const btrfsBalanceEnospc: Cause = {
  id: 'btrfs-balance-enospc',
  title: 'btrfs balance itself finds no room to work',
  severity: 'warning',
  prevalence: 'B',
  about:
    'A balance copies a chunk before it frees it, so it needs unallocated space and some metadata of its own. On a file system whose every byte is given to chunks it ends with ' +
    '"No space left on device", even with -dusage=0. A small device lent to the file system for a few minutes gives it that room.',
  confirm:
    '`error during balancing … No space left on device`, or the kernel log: `N enospc errors during balance`, `balance: ended with status: -28`.',
  lookAlikes: [
    { cause: 'btrfs-metadata-exhausted', tell: 'the usual reason: nothing unallocated and metadata full' },
    { cause: 'btrfs-all-allocated-data-full', tell: 'data chunks are all full: there is nothing to pack' },
  ],
  nextCheck: { run: 'btrfs filesystem usage -b /var/lib/docker', why: 'shows unallocated space on each device' },
  remedies: ['btrfs-temporary-device', 'btrfs-add-device', 'btrfs-grow-device'],
  sources: [
    'btrfs-balance(8)',
    'measured on kernel 6.18: balance fails with 4.9 MiB of metadata left and works with 9.7 MiB',
  ],
  find(scene) {
    const ended = scene.facts.all('btrfs-balance', (balance) => balance.outcome === 'enospc');
    const stories = btrfsStories(scene);
    const logged = kernelEvents(scene, 'btrfs-balance-enospc');
    const whose = stories.filter(({ fs }) => logged.some((fact) => mayTellOf(fs, fact)));
    const kernel = stories.length === 0 ? logged : logged.filter((fact) => whose.some(({ fs }) => mayTellOf(fs, fact)));
    const words = balanceWords(scene);
    const all = [...ended, ...kernel, ...words];
    if (all.length === 0) return [];
    // a host's log keeps old balances: with room for new chunks now they are history
    const told = ended.length + words.length > 0 ? stories : whose;
    const roomy = told.every(({ states }) => {
      const now = states.at(-1);
      return now !== undefined && canGrow(now, now.data?.profile ?? 'single') === 'yes';
    });
    const history = scene.from === 'host' && roomy;
    const last = scene.facts.last('btrfs-balance');
    const mended = last?.value.outcome === 'relocated' && last.order > Math.max(...all.map((fact) => fact.order));
    return [
      {
        confidence: history ? 'possible' : 'likely',
        severity: mended || history ? 'notice' : 'warning',
        subject: ended.find((fact) => fact.value.path)?.value.path ?? told[0]?.fs.subject ?? 'the btrfs file system',
        evidence: show(all, 'balance ended for want of space', 3),
        explanation: mended
          ? 'Balance ended with "no space left" at first; later in the text one worked.'
          : 'Balance ended with "no space left": it copies a chunk before freeing it and found neither unallocated space nor metadata for that. Lend the file system a device for the time of the balance.',
        score: 60,
      },
    ];
  },
};
