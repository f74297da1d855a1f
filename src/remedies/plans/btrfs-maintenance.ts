import { type Ran, UllageError } from '../../host/host.ts';
import type { Drafting, Look } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { type BtrfsTarget, btrfsTarget } from './btrfs-file-system.ts';
import { type Crontab, cronSteps, findBalanceCron } from './btrfs-maintenance-cron.ts';
import { balanceTable, balanceUnits, reclaimFiles } from './btrfs-maintenance-units.ts';
import { ask, type PlannedRemedy, type PlanRequest } from './planned.ts';

/** Chunks emptier than this are packed each week, at most so many. */
const USAGE = 20;
const LIMIT = 10;
/** The kernel packs a chunk that falls below this, percent (5.19 and later). */
const THRESHOLD = 30;

export const btrfsMaintenance: PlannedRemedy = {
  id: 'btrfs-maintenance',
  settings: [
    { name: 'by', says: 'timer (a small balance each week), kernel (bg_reclaim_threshold) or both', kind: 'text' },
    { name: 'usage', says: `chunks less than this full are packed each week, percent (${USAGE})`, kind: 'number' },
    { name: 'limit', says: `chunks packed each week at most (${LIMIT})`, kind: 'number' },
    { name: 'threshold', says: `the kernel packs a chunk that falls below, percent (${THRESHOLD})`, kind: 'number' },
  ],
  *draft(request): Drafting {
    const target = yield* btrfsTarget(request);
    if (!/^[\w/.@:+,-]+$/.test(target.mount))
      throw new UllageError('a path like that cannot stand in a unit', target.mount, 'Mount it elsewhere as well');
    const known = yield* lookAround(request, target);
    const usage = percent(request, 'usage', USAGE);
    const limit = Math.max(1, Math.floor(Number(request.settings.get('limit') ?? LIMIT)));
    const threshold = percent(request, 'threshold', THRESHOLD);
    const steps = [
      ...(known.by === 'timer' ? [] : kernelSteps(target, known, threshold)),
      ...(known.btrfs === undefined ? [] : timerSteps(target, known.systemd, known.btrfs, usage, limit)),
      ...cronSteps(known.cron, request.id),
    ];
    return {
      on: target.mount,
      settings: { by: known.by, usage: String(usage), limit: String(limit), threshold: String(threshold) },
      predicted: { downtime: 0, seconds: 5, risk: 'online' },
      notes: notesOf(known, target),
      treats: [target.mount],
      steps,
    };
  },
};

const BTRFS = ['/usr/bin/btrfs', '/usr/sbin/btrfs', '/sbin/btrfs', '/bin/btrfs'];

interface Known {
  by: 'timer' | 'kernel' | 'both';
  systemd: boolean;
  /** absent: the kernel alone is to do it */
  btrfs?: string;
  tmpfiles: string;
  /** bg_reclaim_threshold as it is; absent: the kernel has none, or decides it by itself */
  threshold?: string;
  dynamic: boolean;
  cron: Crontab[];
}

function* lookAround(request: PlanRequest, target: BtrfsTarget): Generator<Look, Known, Ran> {
  const systemd = (yield* ask(['test', '-d', '/run/systemd/system'])).exitCode === 0;
  const tmpfiles = systemd
    ? yield* program(['/usr/bin/systemd-tmpfiles', '/bin/systemd-tmpfiles'], 'systemd-tmpfiles')
    : '';
  const found = yield* ask(['cat', setting(target)]);
  const dynamic =
    (yield* ask(['cat', `/sys/fs/btrfs/${target.uuid}/allocation/data/dynamic_reclaim`])).stdout.trim() === '1';
  const can = found.exitCode === 0 && !dynamic;
  const wanted = request.settings.get('by') ?? (can ? 'both' : 'timer');
  if (wanted !== 'timer' && wanted !== 'kernel' && wanted !== 'both')
    throw new UllageError('a setting is wrong', `by=${wanted}`, 'timer, kernel or both');
  if (wanted !== 'timer' && !can)
    throw new UllageError(
      dynamic
        ? 'the kernel decides the threshold by itself there (dynamic_reclaim)'
        : 'this kernel has no bg_reclaim_threshold',
      target.mount,
      dynamic ? 'Add the weekly balance: --set by=timer' : 'Linux 5.19 or later has it; --set by=timer works on any',
    );
  // the kernel packs by itself; only a unit or a crontab has to find the program
  const btrfs = wanted === 'kernel' ? undefined : yield* program(BTRFS, 'btrfs');
  const cron = yield* findBalanceCron();
  return {
    by: wanted,
    systemd,
    ...(btrfs === undefined ? {} : { btrfs }),
    tmpfiles,
    dynamic,
    cron,
    ...(can ? { threshold: found.stdout.trim() } : {}),
  };
}

function* program(places: string[], name: string): Generator<Look, string, Ran> {
  for (const path of places) if ((yield* ask(['test', '-x', path])).exitCode === 0) return path;
  throw new UllageError(
    'a program is not where a unit could start it',
    name,
    `It is looked for as ${places.join(', ')}`,
  );
}

function setting(target: BtrfsTarget): string {
  return `/sys/fs/btrfs/${target.uuid}/allocation/data/bg_reclaim_threshold`;
}

function percent(request: PlanRequest, name: string, usual: number): number {
  const value = Math.floor(Number(request.settings.get(name) ?? usual));
  if (value < 1 || value > 90) throw new UllageError('a setting is wrong', `${name}=${value}`, 'Percent, 1 to 90');
  return value;
}

function kernelSteps(target: BtrfsTarget, known: Known, threshold: number): Step[] {
  const path = setting(target);
  const now: Step = {
    id: 'threshold',
    title: `let the kernel pack a data chunk that falls below ${threshold} %`,
    why: 'As files are deleted, chunks that get nearly empty are packed at once and given back.',
    run: [],
    writes: [{ path, content: `${threshold}\n`, mode: '0644', inPlace: { was: `${known.threshold ?? '0'}\n` } }],
    undo: [],
    before: [],
    after: [{ says: `the threshold is ${threshold}`, run: ['cat', path], matches: `^${threshold}$` }],
    risk: 'online',
    idempotent: true,
    ifStopped: 'It holds until the next mount.',
  };
  return known.systemd ? [now, ...reclaimFiles(target, path, threshold, known.tmpfiles)] : [now];
}

function timerSteps(target: BtrfsTarget, systemd: boolean, btrfs: string, usage: number, limit: number): Step[] {
  return systemd ? balanceUnits(target, btrfs, usage, limit) : balanceTable(target, btrfs, usage, limit);
}

function notesOf(known: Known, target: BtrfsTarget): string[] {
  const notes = [
    'It keeps a healthy file system healthy. One that is starved already needs btrfs-temporary-device first.',
  ];
  if (!known.systemd && known.by !== 'timer')
    notes.push(
      'This host has no systemd: the threshold holds until the next mount and must be set again after a reboot.',
    );
  if (known.cron.length > 0)
    notes.push(
      `A balance from cron was found (${known.cron.map((one) => one.path).join(', ')}): it is switched off, not deleted, and undo switches it on again.`,
    );
  if (known.by !== 'timer')
    notes.push(
      `The kernel packs only what is emptied from now on: ${target.mount} itself is packed by btrfs-rebalance.`,
    );
  return notes;
}
