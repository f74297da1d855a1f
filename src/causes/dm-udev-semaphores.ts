import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { messages } from './help/thin-signs.ts';

export const dmUdevSemaphores: Cause = {
  id: 'dm-udev-semaphores',
  title: 'device-mapper has used up the semaphores it waits for udev with',
  severity: 'critical',
  prevalence: 'C',
  about:
    'Each device-mapper operation takes a System V semaphore (a "cookie") until udev has answered. When operations are killed in between, the cookies stay; at the limit of 128 sets no device can be made or removed any more, ' +
    'LVM and Docker fail, and no disk is full.',
  confirm: '"Limit for the maximum number of semaphores reached", or many lines in dmsetup udevcookies',
  lookAlikes: [
    { cause: 'sysv-ipc', tell: 'another program (a database) holds the semaphores: ipcs -s names its owner' },
  ],
  nextCheck: { run: 'dmsetup udevcookies', why: 'lists the cookies that device-mapper left behind' },
  remedies: ['dmsetup-udevcomplete-all', 'raise-kernel-sem'],
  sources: ['lvm2 libdm/libdm-common.c', 'moby#33603', 'proc_sys_kernel(5) sem'],
  explains: ['sysv-ipc'],
  find,
};

function find({ facts }: Scene): Draft[] {
  // databases word their own limit almost the same; this is libdevmapper's sentence
  const exhausted = messages(facts, 'dm-semaphores-exhausted').findLast((fact) =>
    /maximum number of semaphores reached/i.test(fact.quote),
  );
  const cookie = messages(facts, 'dm-cookie-failed').at(-1);
  const said = exhausted ?? cookie;
  if (said === undefined) return [];
  return [
    {
      confidence: exhausted === undefined ? 'likely' : 'confirmed',
      subject: 'kernel.sem (number of semaphore sets)',
      score: 90,
      evidence: [
        ...(exhausted === undefined ? [] : [evidence(exhausted, 'no semaphore is left')]),
        ...(cookie === undefined ? [] : [evidence(cookie, 'no cookie could be made')]),
      ],
      explanation:
        'device-mapper cannot get a semaphore for its udev cookie, so no dm device can be created or removed. Usually the old cookies of killed operations hold them all.',
    },
  ];
}
