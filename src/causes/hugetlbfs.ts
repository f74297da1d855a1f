import type { Cause } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { reached } from './help/limits.ts';
import { messagesOf, symptomsOf, worded } from './help/messages.ts';

export const hugetlbfs: Cause = {
  id: 'hugetlbfs',
  title: 'no huge pages are left',
  severity: 'critical',
  prevalence: 'C',
  about:
    'Files on hugetlbfs take pages from a pool set aside at boot or by sysctl. When it is empty, or the cgroup\'s hugetlb limit is reached, fallocate answers "No space left on device" and mmap "Cannot allocate memory". No disk is full.',
  confirm: '/proc/meminfo: HugePages_Free is 0 (or no more than HugePages_Rsvd).',
  lookAlikes: [{ cause: 'tmpfs-mount-size', tell: 'the mount is a tmpfs' }],
  nextCheck: { run: 'grep -i huge /proc/meminfo', why: 'pages in the pool and free' },
  remedies: ['raise-huge-pages'],
  sources: ['kernel Documentation/admin-guide/mm/hugetlbpage.rst'],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'huge-pages-exhausted'),
      ...worded(scene, 'ENOSPC', HUGE),
      ...worded(scene, 'ENOMEM', HUGE),
    ];
    const full = reached(scene, 'vm.nr_hugepages') !== undefined;
    // a pool that is wholly in use is how databases and virtual machines use it: only a refusal makes it news
    const trouble = scene.from === 'text' ? symptomsOf(scene, 'ENOSPC').length > 0 : false;
    if (failed.length === 0 && !(full && trouble)) return [];
    const drafts = limitDrafts(scene, {
      limits: ['vm.nr_hugepages'],
      failed,
      what: 'huge pages',
      subject: 'huge pages',
      meaning: 'No disk is full: the pool of huge pages is.',
      score: 80,
    });
    if (failed.length > 0) return drafts;
    return drafts.map((draft) => ({ ...draft, confidence: 'likely', score: 60 }));
  },
};

const HUGE = /huge ?tlb|hugepage|huge page/i;
