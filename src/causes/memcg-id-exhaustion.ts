import type { Fact } from '../probes/fact.ts';
import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { messagesOf, show, worded } from './help/messages.ts';
import { said, says, saysIn, troubled } from './help/said.ts';

/** Memory cgroups have 16-bit ids: 65535 in all, on v1 and v2 (kernel mm/memcontrol.c, MEM_CGROUP_ID_MAX). */
const MAX_IDS = 65535;

export const memcgIdExhaustion: Cause = {
  id: 'memcg-id-exhaustion',
  title: 'the kernel has no ids left for memory cgroups',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Every memory cgroup takes one of 65535 ids. Dead cgroups keep theirs while memory is charged to them, and old kernels lose ids altogether (kernel memory accounting on RHEL 7, kernels before 4.7). ' +
    'Then mkdir below /sys/fs/cgroup/memory answers "no space left on device" with few containers running and empty disks. A reboot helps for a while.',
  confirm:
    '/proc/cgroups: num_cgroups of memory near 65535; on v2 the sum of nr_descendants and nr_dying_descendants in the root cgroup.stat.',
  lookAlikes: [
    { cause: 'cpuset-empty-or-conflict', tell: 'a write to cpuset files or cgroup.procs fails, not mkdir' },
    { cause: 'cgroup2-max-descendants', tell: 'the error is "Resource temporarily unavailable"' },
    { cause: 'inotify-watches', tell: 'inotify_add_watch on a cgroup path: watches ran out, not cgroups' },
  ],
  nextCheck: { run: 'cat /proc/cgroups', why: 'num_cgroups of memory against 65535' },
  remedies: ['drop-dying-cgroups', 'upgrade-kernel', 'boot-nokmem'],
  sources: [
    'kernel mm/memcontrol.c',
    'moby/moby#29638',
    'kubernetes/kubernetes#61937',
    'measured: mkdir failed at 65535',
  ],
  find(scene) {
    const failed = [
      ...messagesOf(scene, 'cgroup-mkdir-failed'),
      ...worded(scene, 'ENOSPC', /mkdir[^\n]*\/sys\/fs\/cgroup|\/cgroup\/memory[^\n]*mkdir/i),
    ].filter((fact) => !/inotify/i.test(fact.quote));
    const memory = most(scene);
    const count = memory?.count;
    if (memory && count !== undefined && count >= 65000) {
      return [
        {
          confidence: 'confirmed',
          subject: 'memory cgroups',
          evidence: [
            evidence(memory.fact, `${count} of ${MAX_IDS} ids are taken`),
            ...show(failed, 'making a cgroup failed'),
          ],
          explanation: `${count} memory cgroups exist (many of them dead and still charged); the kernel has ids for ${MAX_IDS}. No disk is full.`,
          score: 95,
        },
      ];
    }
    if (failed.length > 0) {
      return [
        {
          confidence: 'likely',
          subject: 'memory cgroups',
          evidence: [
            ...show(failed, 'making a cgroup failed'),
            ...(memory ? [evidence(memory.fact, 'cgroups that exist')] : []),
            ...said(scene, 'cgroups'),
          ],
          explanation: `The kernel refused another cgroup for want of an id${count === undefined ? '' : `; /proc/cgroups counted ${count} of memory when it was printed`}. Ids of dead cgroups are not given back on old kernels. No disk is full.`,
          score: 88,
        },
      ];
    }
    if (!memory || count === undefined || count < 40000) return spoken(scene);
    return [
      {
        confidence: 'possible',
        severity: count >= 58000 ? 'warning' : 'notice',
        subject: 'memory cgroups',
        evidence: [evidence(memory.fact, `${count} of ${MAX_IDS} ids are taken`)],
        explanation: `${count} memory cgroups exist; at ${MAX_IDS} no container can start. Far more than run means dead ones are not released.`,
        score: 50,
      },
    ];
  },
};

/** cgroups are spoken of and something has no space: weak, since every `docker info` names a cgroup driver. */
function spoken(scene: Scene): Draft[] {
  const worded_ = worded(scene, 'ENOSPC', /cgroup/i).filter(
    (fact) => !/inotify|watch|cpuset/i.test(fact.value.message),
  );
  if (scene.from === 'host') return [];
  const told = saysIn(scene, /num_?cgroups|\/proc\/cgroups/i, 'cgroups') !== undefined;
  if (worded_.length === 0 && !told && !(says(scene, 'cgroups') && troubled(scene))) return [];
  const counted = saysIn(scene, /num_?cgroups|\/proc\/cgroups/i, 'cgroups');
  // 65535 is all there are: whoever quotes that figure has counted them
  const all = counted !== undefined && /\b65[ .,]?(?:4|5)\d\d\b/.test(counted.quote);
  const firm = worded_.length > 0 || all;
  return [
    {
      confidence: firm ? 'likely' : 'possible',
      subject: 'memory cgroups',
      evidence: [...show(worded_, 'something about a cgroup failed'), ...said(scene, 'cgroups', 'create-delete-cycle')],
      explanation:
        'Cgroups are spoken of and something has no space left: the kernel has ids for 65535 memory cgroups, dead ones included.',
      score: firm ? 80 : told ? 60 : says(scene, 'create-delete-cycle') ? 45 : 25,
    },
  ];
}

/** The largest count seen: /proc/cgroups on v1, cgroup.stat of the root (living and dying) on v2. */
function most(scene: Scene): { fact: Fact; count: number } | undefined {
  const counts = [
    ...scene.facts
      .all('cgroup-controller', (value) => value.name === 'memory')
      .map((fact) => ({ fact, count: fact.value.cgroups })),
    ...scene.facts.all('cgroup-count').map((fact) => ({ fact, count: fact.value.live + (fact.value.dying ?? 0) })),
  ];
  return counts.sort((a, b) => b.count - a.count)[0];
}
