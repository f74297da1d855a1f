import { UllageError } from '../../host/host.ts';
import type { Drafting } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { btrfsProfile } from '../../stack/btrfs-profiles.ts';
import { btrfs } from '../../tools/btrfs.ts';
import { coming, predict, rawOf } from './btrfs-after.ts';
import { behindLast, type Chunk, chunksOf, pieceOn } from './btrfs-chunks.ts';
import { allocatedAtMost, type BtrfsTarget, btrfsTarget, idle, isMounted, stillBusy } from './btrfs-file-system.ts';
import { enoughAt, type Ladder, ladder } from './btrfs-ladder.ts';
import { attachSteps, cleanUpSteps, listed, notListed, roomSteps } from './btrfs-lend-steps.ts';
import { packSteps } from './btrfs-pack-steps.ts';
import { findScratch, mib, type Scratch } from './btrfs-scratch.ts';
import { wantedUnallocated } from './btrfs-wanted.ts';
import type { PlannedRemedy, PlanRequest } from './planned.ts';
import { bytesOf } from './settings.ts';

/** A device with less unallocated takes no part in a new chunk. */
const OF_USE = 64 * 2 ** 20;

export const btrfsTemporaryDevice: PlannedRemedy = {
  id: 'btrfs-temporary-device',
  settings: [
    {
      name: 'scratch',
      says: 'where the spare room is: a directory on another file system, a volume group, or an empty block device',
      kind: 'text',
    },
    { name: 'target', says: 'bytes that are to be unallocated in the end', kind: 'bytes' },
    { name: 'size', says: 'size of the device that is lent', kind: 'bytes' },
  ],
  *draft(request): Drafting {
    const target = yield* btrfsTarget(request);
    const chunks = yield* chunksOf(target.mount);
    const pack = planPacking(request, target, chunks);
    const count = devicesToLend(target);
    const size = lentSize(request, target);
    const scratch = yield* findScratch(request, target, size, count);
    const steps = stepsOf(target, scratch, size, pack, behindLast(chunks ?? []));
    return {
      on: target.mount,
      settings: { ...Object.fromEntries(request.settings), scratch: placeOf(scratch) },
      predicted: predict(request, target, pack),
      notes: notesOf(target, scratch, count),
      treats: [target.mount],
      steps,
    };
  },
};

/** What to pack. @throws UllageError when nothing is gained by packing */
function planPacking(request: PlanRequest, target: BtrfsTarget, chunks: Chunk[] | undefined): Ladder {
  if (!chunks)
    throw new UllageError(
      'what is used of each chunk is not known',
      target.mount,
      'Install perl there, or btrfs-progs 6.8 or later, and make the plan again',
    );
  const ratio = rawOf(target, 'data');
  const want = wantedUnallocated(request, target);
  const short = want - (target.view.unallocated ?? 0);
  const first = ladder(chunks, Math.max(short, 1) / ratio);
  // metadata takes its share of what packing gives back
  const pack = ladder(chunks, (Math.max(short, 1) + coming(target, first.moved).raw) / ratio);
  if (pack.freed === 0)
    throw new UllageError(
      'packing would give nothing back: the data chunks are full',
      target.mount,
      'It needs a larger or another device for good (btrfs-add-device, btrfs-grow-device), or data must go',
    );
  return pack;
}

/** RAID1 puts each chunk on two devices: as many are lent as lack room. */
function devicesToLend(target: BtrfsTarget): number {
  const profiles = [target.view.data?.profile, target.view.metadata?.profile];
  const needed = Math.max(1, ...profiles.map((profile) => btrfsProfile(profile ?? '').least));
  const roomy = target.view.devices.filter((device) => device.unallocated >= OF_USE).length;
  return Math.max(1, needed - roomy);
}

/** Two data chunks and one of metadata find room on it, at their largest (a tenth of all devices, 1 GiB; 256 MiB, 1 GiB above 50 GiB). */
function lentSize(request: PlanRequest, target: BtrfsTarget): number {
  const given = request.settings.get('size');
  const total = target.view.deviceSize ?? 0;
  const chunk = Math.min(2 ** 30, total / 10);
  const metadata = Math.min(total > 50 * 2 ** 30 ? 2 ** 30 : 2 ** 28, total / 10);
  const wanted = 2 * chunk + metadata * rawOf(target, 'metadata') + 64 * 2 ** 20;
  const step = 64 * 2 ** 20;
  const least = Math.max(256 * 2 ** 20, Math.ceil(wanted / step) * step);
  const named = given === undefined ? undefined : bytesOf(given);
  if (named !== undefined && named < 128 * 2 ** 20)
    throw new UllageError('a setting is wrong', `size=${given}`, `At least 128 MiB; ${mib(least)} would do`);
  return named ?? least;
}

function stepsOf(target: BtrfsTarget, scratch: Scratch, size: number, pack: Ladder, below: number | undefined): Step[] {
  const lent = scratch.devices;
  const names = lent.join(' and ');
  const again = reattach(target, scratch);
  const held = `${target.mount} works and spans ${names}: leave ${lent.length === 1 ? 'it' : 'them'} in place; after a reboot see below.`;
  return [
    ...roomSteps(scratch, size),
    ...attachSteps(scratch, size),
    ...lent.map(
      (device, index): Step => ({
        id: lent.length === 1 ? 'lend' : `lend-${index + 1}`,
        title: `lend ${device} to ${target.mount}`,
        why: 'Metadata gets a chunk on it at once, and balance has room to work.',
        run: [btrfs.deviceAdd(device, target.mount)],
        undo: [btrfs.deviceRemove(device, target.mount)],
        undoIf: [listed(target, device)],
        before: [isMounted(target), notListed(target, device), ...idle(target)],
        after: [listed(target, device), ...idle(target)],
        busy: stillBusy(target),
        risk: 'online',
        idempotent: false,
        settle: 30,
        ifStopped: held,
      }),
    ),
    ...packSteps(target, {
      rungs: pack.rungs,
      // what balance puts on the lent device comes back: only the own ones count
      enough: target.devices.map((device) => allocatedAtMost(target, device.devid, enoughOn(device, pack))),
      below,
      ifStopped: held,
      ifNoSpace: `Even with ${names} there is no room: ullage undo takes ${lent.length === 1 ? 'it' : 'them'} back; plan again with a larger one (--set size=)`,
      afterReboot: ` (after a reboot: ${again})`,
    }),
    ...lent.map(
      (device, index): Step => ({
        id: lent.length === 1 ? 'take-back' : `take-back-${index + 1}`,
        title: `take ${device} back`,
        why: 'What was put on it is moved to the other devices first; if that fails it stays, and nothing is lost.',
        run: [btrfs.deviceRemove(device, target.mount)],
        undo: [],
        before: [isMounted(target, ` (after a reboot: ${again})`), listed(target, device), ...idle(target)],
        after: [notListed(target, device), isMounted(target), ...idle(target)],
        busy: stillBusy(target),
        cancel: [['btrfs', 'device', 'remove', 'cancel', target.mount]],
        ifFailed: {
          matches: 'No space left on device',
          says: `What lies on ${device} does not fit back: free something in ${target.mount} and resume. Until then ${device} must stay`,
        },
        risk: 'online',
        idempotent: false,
        settle: 30,
        timeout: 24 * 3600,
        ifStopped: `${device} holds nothing of ${target.mount} any more.`,
      }),
    ),
    ...cleanUpSteps(target, scratch),
  ];
}

function enoughOn({ devid, used }: BtrfsTarget['devices'][number], { moved }: Ladder): number {
  return enoughAt(
    used,
    moved.reduce((sum, chunk) => sum + pieceOn(chunk, devid), 0),
  );
}

/** How the lent devices come back after a reboot, before the file system is mounted. */
function reattach(target: BtrfsTarget, scratch: Scratch): string {
  if (scratch.kind !== 'file') return `After a reboot it is found by itself; then ullage apply --resume.`;
  const lines = scratch.devices.map((device, index) => `losetup ${device} ${scratch.files[index]}`);
  return `After a reboot, before mounting: ${lines.join('; ')}; btrfs device scan ${scratch.devices.join(' ')}; mount ${target.mount}; then ullage apply --resume.`;
}

function placeOf(scratch: Scratch): string {
  return scratch.kind === 'file' ? scratch.directory : scratch.kind === 'lv' ? scratch.vg : scratch.devices.join(',');
}

function notesOf(target: BtrfsTarget, scratch: Scratch, count: number): string[] {
  const notes = [
    reattach(target, scratch),
    `From lending to taking back the file system spans the lent device: if that is lost meanwhile, ${target.mount} is lost. It stays whole through a crash or a kill; resume at any time.`,
  ];
  if (scratch.kind === 'file' && scratch.fstype === 'tmpfs')
    notes.push(
      `${scratch.directory} is in memory (tmpfs): if the machine is switched off or crashes before it is taken back, ${target.mount} IS LOST. Name a directory on a disk unless there is none.`,
    );
  if (count > 1 && scratch.kind !== 'device')
    notes.push(
      `${count} devices are lent because each chunk needs as many. Both may lie on one disk: until they are taken back a failure of that disk is not covered by the mirror.`,
    );
  notes.push('A daemon that could not start for want of space can be started as soon as the device is lent.');
  return notes;
}
