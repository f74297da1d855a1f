import type { Cause, Draft, Scene } from './cause.ts';
import { evidence } from './cause.ts';
import { kernel } from './help/thin-signs.ts';

export const dmDeviceSuspended: Cause = {
  id: 'dm-device-suspended',
  title: 'a device-mapper device is suspended: everything on it hangs',
  severity: 'critical',
  prevalence: 'C',
  about:
    'Changing the table of a device suspends it for an instant. If the tool was killed before it resumed, the device stays suspended and every read and write on it waits for ever, without an error. ' +
    "If it is the root or the disk of LVM's own files, the whole host hangs.",
  confirm: 'dmsetup info shows State: SUSPENDED and it stays so; s as the fifth letter of the lvs attributes',
  lookAlikes: [{ cause: 'xfs-on-thin-hangs', tell: 'the device is active and the pool below is full' }],
  nextCheck: {
    run: 'dmsetup info -c -o name,suspended',
    why: 'a device that is still suspended on the second look will not resume by itself',
  },
  remedies: ['dmsetup-resume'],
  sources: ['dmsetup(8)', 'lvs(8) attribute 5'],
  find,
};

function find({ facts }: Scene): Draft[] {
  const last = new Map(
    facts.all('dm-device', (device) => device.suspended !== undefined).map((fact) => [fact.value.name, fact]),
  );
  const hung = kernel(facts, 'hung-task');
  const devices = [...last.values()].filter((fact) => fact.value.suspended === true);
  const volumes = facts.all(
    'lv',
    (lv) =>
      /^....[sS]/.test(lv.attr ?? '') &&
      !/^s/.test(lv.attr ?? '') &&
      !devices.some((device) => device.value.name.endsWith(lv.name)),
  );
  return [
    ...devices.map((fact) => ({ fact, name: fact.value.name })),
    ...volumes.map((fact) => ({ fact, name: `${fact.value.vg}/${fact.value.name}` })),
  ].map(({ fact, name }) => ({
    confidence: 'likely',
    subject: name,
    score: 80,
    evidence: [evidence(fact, 'suspended'), ...hung.slice(0, 1).map((event) => evidence(event, 'a task waits'))],
    explanation: `${name} is suspended: whoever reads or writes it waits until it is resumed. If no LVM or Docker operation is running now, it was left so.`,
  }));
}
