import { type Cause, type Draft, evidence } from './cause.ts';
import { limitDrafts } from './help/limit-drafts.ts';
import { knownLimits } from './help/limits.ts';
import { messagesOf, show, worded } from './help/messages.ts';

import { countedUserNamespaces } from './help/namespaces.ts';
import { says, troubled } from './help/said.ts';

const KINDS = ['user', 'mnt', 'net', 'pid', 'ipc', 'uts', 'cgroup', 'time'];

export const ucountsNamespaces: Cause = {
  id: 'ucounts-namespaces',
  title: 'no more namespaces may be made (user.max_*_namespaces)',
  severity: 'critical',
  prevalence: 'B',
  about:
    'Every container needs namespaces, and their number is limited per user in every user namespace. Hardening guides and some clouds set user.max_user_namespaces to 0; leaked network namespaces use the limit up. ' +
    'unshare and clone then answer "No space left on device". No disk is full.',
  confirm:
    '/proc/sys/user/max_{user,mnt,net,pid,ipc,uts,cgroup,time}_namespaces is 0 or as many namespaces exist; read it where it fails, also inside the container.',
  lookAlikes: [
    { cause: 'mount-max', tell: 'the failing call is mount' },
    { cause: 'memcg-id-exhaustion', tell: 'the failing call is mkdir below /sys/fs/cgroup' },
  ],
  nextCheck: {
    run: 'sysctl user.max_user_namespaces user.max_net_namespaces user.max_mnt_namespaces',
    why: '0 forbids them altogether',
  },
  remedies: ['raise-max-namespaces'],
  sources: [
    'namespaces(7), /proc/sys/user',
    'kernel kernel/ucount.c',
    'containers/buildah#6718',
    'opencontainers/runc#3666',
  ],
  find(scene) {
    const names = KINDS.map((kind) => `user.max_${kind}_namespaces`);
    const failed = [
      ...messagesOf(scene, 'namespace-enospc'),
      ...worded(
        scene,
        'ENOSPC',
        /unshare|clone\b|CLONE_NEW|namespaces?\b.*(?:failed|creat)|creating new namespace|fork\/exec/i,
      ),
    ];
    const forbidden = knownLimits(scene, ...names).find((limit) => limit.value.value === 0);
    const remapped = scene.facts.last('engine', (engine) => engine.userns === true);
    if (forbidden?.value.name === 'user.max_user_namespaces' && remapped && scene.from === 'host') {
      const draft: Draft = {
        confidence: 'confirmed',
        subject: forbidden.value.scope ?? forbidden.value.name,
        evidence: [
          ...show(forbidden.facts, 'none are allowed'),
          evidence(remapped, 'the daemon makes one for every container (userns-remap)'),
          ...show(failed, 'making a namespace was refused'),
        ],
        explanation: `The daemon runs with userns-remap, which needs a user namespace for every container, and ${forbidden.value.name} is 0: no container can be started. The kernel words that as "No space left on device".`,
        score: 95,
      };
      return [draft];
    }
    // runc 1.1 on a host without namespaces to give says no more than this
    const lost = messagesOf(scene, 'runc-child-lost');
    if (failed.length === 0 && lost.length > 0) {
      const draft: Draft = {
        confidence: forbidden || says(scene, 'rootless') ? 'likely' : 'possible',
        subject: forbidden?.value.name ?? 'namespaces of a user',
        evidence: [
          ...show(lost, "runc's first process ended at once"),
          ...show(forbidden?.facts ?? [], 'none are allowed'),
        ],
        explanation:
          'runc could not make the namespaces of the container. With user namespaces (userns-remap, rootless) the usual reason is user.max_user_namespaces: 0, or used up. A limit on processes ends the same way.',
        score: forbidden ? 85 : 65,
      };
      return [draft];
    }
    if (forbidden && failed.length > 0) {
      const draft: Draft = {
        confidence: 'confirmed',
        subject: forbidden.value.scope ?? forbidden.value.name,
        evidence: [...show(forbidden.facts, 'none are allowed'), ...show(failed, 'making a namespace was refused')],
        explanation: `${forbidden.value.name} is 0: no such namespace may be made, and the kernel words that as "No space left on device".`,
        score: 95,
      };
      return [draft];
    }
    if (forbidden && scene.from === 'text') {
      return [
        {
          confidence: 'likely',
          // a hardened host sets it on purpose
          ...(troubled(scene) ? {} : { severity: 'notice' as const }),
          subject: forbidden.value.name,
          evidence: [...show(forbidden.facts, 'none are allowed')],
          explanation: `${forbidden.value.name} is 0: no such namespace may be made.`,
          score: 60,
        },
      ];
    }
    return limitDrafts(scene, {
      limits: names,
      counted: countedUserNamespaces(scene),
      failed,
      what: 'namespaces',
      subject: 'namespaces of a user',
      meaning: 'No disk is full: namespaces are counted per user in every user namespace.',
      perUser: true,
      score: 85,
    });
  },
};
