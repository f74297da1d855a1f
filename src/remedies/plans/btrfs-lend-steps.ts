import type { Check, Step } from '../../plan/plan.ts';
import { lvmDmName } from '../../stack/names.ts';
import { btrfs } from '../../tools/btrfs.ts';
import { losetup } from '../../tools/losetup.ts';
import type { BtrfsTarget } from './btrfs-file-system.ts';
import type { Scratch } from './btrfs-scratch.ts';

/** The device is one of the file system's. */
export function listed(target: BtrfsTarget, device: string): Check {
  return {
    says: `${target.mount} has ${device} among its devices`,
    run: btrfs.show(target.mount),
    matches: `path ${anyName(device)}\\s*$`,
  };
}

export function notListed(target: BtrfsTarget, device: string): Check {
  return {
    says: `${target.mount} holds nothing on ${device}`,
    run: btrfs.show(target.mount),
    lacks: `path ${anyName(device)}\\s*$`,
  };
}

/** /dev/VG/LV is shown as /dev/mapper/VG-LV. */
function anyName(device: string): string {
  const [, vg, lv] = /^\/dev\/([^/]+)\/([^/]+)$/.exec(device) ?? [];
  const names = vg && lv && vg !== 'mapper' ? [device, `/dev/mapper/${lvmDmName(vg, lv)}`] : [device];
  return `(?:${names.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|')})`;
}

/** Makes what is to be lent: files with their room reserved, or logical volumes. A named device is there. */
export function roomSteps(scratch: Scratch, size: number): Step[] {
  if (scratch.kind === 'file')
    return scratch.files.map(
      (file, index): Step => ({
        id: `room${numbered(scratch.files, index)}`,
        title: `make room in ${scratch.directory}`,
        why: 'Every byte is reserved: the file must not run out of room while it is part of the file system.',
        run: [
          ['install', '--mode=600', '/dev/null', file],
          ...(scratch.fstype === 'btrfs' ? [['chattr', '+C', file]] : []),
          ['fallocate', '--length', String(size), file],
        ],
        undo: [['rm', '--force', file]],
        undoIf: [exists(file)],
        before: [isGone(file)],
        after: [whole(file, size)],
        risk: 'online',
        idempotent: true,
        ifStopped: `${file} is there and not used yet.`,
      }),
    );
  if (scratch.kind === 'lv')
    return scratch.names.map(
      (name, index): Step => ({
        id: `room${numbered(scratch.names, index)}`,
        title: `make room in volume group ${scratch.vg}`,
        why: 'A logical volume of its own, gone again in the last step.',
        run: [
          [
            ...['lvcreate', '--yes', '--wipesignatures', 'y', '--zero', 'y', '--addtag', 'ullage'],
            ...['--size', `${size}b`, '--name', name, scratch.vg],
          ],
        ],
        undo: [['lvremove', '--yes', `${scratch.vg}/${name}`]],
        undoIf: [volume(scratch.vg, name)],
        before: [noVolume(scratch.vg, name)],
        after: [
          volume(scratch.vg, name),
          { says: 'its device is there', run: ['test', '-b', `/dev/${scratch.vg}/${name}`] },
        ],
        risk: 'online',
        idempotent: false,
        settle: 15,
        ifStopped: `${scratch.vg}/${name} is there and not used yet.`,
      }),
    );
  return [];
}

/** Files become block devices, and keep the room they have. */
export function attachSteps(scratch: Scratch, size: number): Step[] {
  if (scratch.kind !== 'file') return [];
  return scratch.files.flatMap((file, index): Step[] => {
    const device = scratch.devices[index] ?? '';
    const name = device.slice('/dev/'.length);
    const discards = `/sys/block/${name}/queue/discard_max_bytes`;
    return [
      {
        id: `attach${numbered(scratch.files, index)}`,
        title: `make ${file} a block device`,
        why: 'btrfs takes block devices only.',
        run: [losetup.attach(device, file)],
        undo: [losetup.detach(device)],
        undoIf: [attached(device, file)],
        before: [whole(file, size), notAttached(file)],
        after: [attached(device, file)],
        ifFailed: {
          matches: 'Device or resource busy',
          says: `Somebody took ${device} since the plan was made: ullage undo, then plan again`,
        },
        risk: 'online',
        idempotent: false,
        ifStopped: `${device} is there and not used yet.`,
      },
      {
        id: `keep-room${numbered(scratch.files, index)}`,
        title: `let ${device} keep its room`,
        why: 'A discard through the loop device would give blocks of the file away, and another could take them.',
        run: [],
        writes: [{ path: discards, content: '0\n', mode: '0644', inPlace: {} }],
        undo: [],
        before: [],
        after: [{ says: `${device} passes no discards`, run: ['cat', discards], matches: '^0$' }],
        risk: 'online',
        idempotent: true,
        ifStopped: `${device} is there and not used yet.`,
      },
    ];
  });
}

/** Removes what was lent, only when the file system holds nothing on it. */
export function cleanUpSteps(target: BtrfsTarget, scratch: Scratch): Step[] {
  const free = scratch.devices.map((device) => notListed(target, device));
  if (scratch.kind === 'file')
    return scratch.files.flatMap((file, index): Step[] => {
      const device = scratch.devices[index] ?? '';
      return [
        {
          id: `detach${numbered(scratch.files, index)}`,
          title: `detach ${device}`,
          why: 'The file system holds nothing on it: that is looked at once more.',
          run: [losetup.detach(device)],
          undo: [],
          before: [...free, attached(device, file)],
          after: [notAttached(file)],
          risk: 'online',
          idempotent: false,
          settle: 30,
          ifStopped: `${file} is left over and can go.`,
        },
        {
          id: `clean-up${numbered(scratch.files, index)}`,
          title: `remove ${file}`,
          why: 'Nothing uses it any more.',
          run: [['rm', file]],
          undo: [],
          before: [...free, notAttached(file), exists(file)],
          after: [isGone(file)],
          risk: 'online',
          idempotent: false,
          ifStopped: 'All is done.',
        },
      ];
    });
  if (scratch.kind === 'lv')
    return scratch.names.map(
      (name, index): Step => ({
        id: `clean-up${numbered(scratch.names, index)}`,
        title: `remove logical volume ${scratch.vg}/${name}`,
        why: 'The file system holds nothing on it: that is looked at once more.',
        run: [['lvremove', '--yes', `${scratch.vg}/${name}`]],
        undo: [],
        before: [...free, volume(scratch.vg, name), notOpen(scratch.vg, name)],
        after: [noVolume(scratch.vg, name)],
        risk: 'online',
        idempotent: false,
        settle: 15,
        ifStopped: 'All is done.',
      }),
    );
  return [];
}

function numbered(list: readonly string[], index: number): string {
  return list.length === 1 ? '' : `-${index + 1}`;
}

function exists(file: string): Check {
  return { says: `${file} is there`, run: ['test', '-e', file] };
}

function isGone(file: string): Check {
  return { says: `there is no ${file}`, run: ['test', '-e', file], exit: 1 };
}

/** Its whole length, in blocks that are its own. stat's %b counts 512 bytes each. */
function whole(file: string, size: number): Check {
  return {
    says: `${file} has ${size} bytes, all reserved`,
    run: ['stat', '--format', '%s %b', file],
    matches: `^${size} `,
    number: { pattern: '^\\d+ (\\d+)$', atLeast: Math.floor(size / 512) },
  };
}

function attached(device: string, file: string): Check {
  return { says: `${device} shows ${file}`, run: losetup.devicesOf(file), matches: `^${device}\\s*$` };
}

function notAttached(file: string): Check {
  return { says: `no loop device shows ${file}`, run: losetup.devicesOf(file), lacks: '/dev/loop' };
}

function volume(vg: string, name: string): Check {
  return { says: `${vg}/${name} is there`, run: ['lvs', '--noheadings', '--options', 'lv_name', `${vg}/${name}`] };
}

/** lvs ends with 5 when it is not there (lvmcmdline.h, ECMD_FAILED). */
function noVolume(vg: string, name: string): Check {
  return {
    says: `there is no ${vg}/${name}`,
    run: ['lvs', '--noheadings', '--options', 'lv_name', `${vg}/${name}`],
    exit: 5,
  };
}

function notOpen(vg: string, name: string): Check {
  return {
    says: `nothing has ${vg}/${name} open`,
    run: ['lvs', '--noheadings', '--options', 'lv_device_open', `${vg}/${name}`],
    lacks: 'open',
  };
}
