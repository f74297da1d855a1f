import { UllageError } from '../../host/host.ts';

/** Remedies that may run by themselves: plans whose every step is `online`, and that can be stopped at any instant. */
export const CARE_REMEDIES: readonly string[] = ['btrfs-rebalance', 'thin-extend', 'cap-logs'];

/** What the operator allows, as the file of `--care` says it. */
interface CareDocument {
  version: 1;
  /** local time, `HH:MM-HH:MM`; may go over midnight */
  window: string;
  /** days on which the window opens; default: all */
  days?: Day[];
  /** seconds after which a run is stopped where it is safe; default 3600. The end of the window stops it too */
  maxRuntime?: number;
  /** hours until the same remedy runs again at the same place; default 24. Each failure doubles them, up to 30 days */
  waitHours?: number;
  /** I/O class idle and nice 19 for all that is run; default true */
  idle?: boolean;
  /** by id; none: nothing runs */
  remedies: Record<string, CareRemedy>;
}

interface CareRemedy {
  /** `finding` (default): when the doctor finds what it cures; `window`: at each window, where the planner sees something to gain */
  when?: 'finding' | 'window';
  /** places (mount points, pools) where it may run; default: everywhere. `window` needs them */
  on?: string[];
  /** settings of the remedy, as with --set */
  set?: Record<string, string>;
}

const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const;
type Day = (typeof DAYS)[number];

export interface CareSettings {
  /** minutes since midnight */
  window: { from: number; to: number };
  days: readonly Day[];
  maxRuntime: number;
  waitHours: number;
  idle: boolean;
  remedies: { id: string; when: 'finding' | 'window'; on: readonly string[]; set: ReadonlyMap<string, string> }[];
}

const KEYS: readonly (keyof CareDocument)[] = [
  'version',
  'window',
  'days',
  'maxRuntime',
  'waitHours',
  'idle',
  'remedies',
];

/** @throws UllageError naming what is wrong in it: limits that are misread are no limits */
export function careSettings(text: string, path: string): CareSettings {
  const fail = (where: string, todo: string): never => {
    throw new UllageError('not limits for care', `${path}: ${where}`, todo);
  };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    return fail((error as Error).message, 'It must be JSON; docs/watch.md shows one');
  }
  if (!isObject(value)) return fail('no object', 'docs/watch.md shows one');
  known(value, KEYS, '', fail);
  if (value['version'] !== 1) fail('version', 'Write "version": 1');
  const [, h1, m1, h2, m2] =
    /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)$/.exec(String(value['window'])) ?? [];
  const from = Number(h1) * 60 + Number(m1);
  const to = Number(h2) * 60 + Number(m2);
  if (h1 === undefined || from === to)
    fail(`window ${JSON.stringify(value['window'])}`, 'Write "window": "02:00-05:00"');
  const days = value['days'] ?? DAYS;
  if (!isDays(days)) return fail('days', `Write some of ${DAYS.join(', ')}`);
  const idle = value['idle'] ?? true;
  if (typeof idle !== 'boolean') return fail('idle', 'true or false');
  const { remedies } = value;
  if (!isObject(remedies)) return fail('remedies', `Name some of ${CARE_REMEDIES.join(', ')}`);
  return {
    window: { from, to },
    days,
    maxRuntime: number(value['maxRuntime'] ?? 3600, 'maxRuntime', 10, 86400, fail),
    waitHours: number(value['waitHours'] ?? 24, 'waitHours', 1, 24 * 90, fail),
    idle,
    remedies: Object.entries(remedies).map(([id, one]) => remedyOf(id, one, fail)),
  };
}

type Fail = (where: string, todo: string) => never;

function remedyOf(id: string, value: unknown, fail: Fail): CareSettings['remedies'][number] {
  if (!CARE_REMEDIES.includes(id)) fail(`remedies.${id}`, `By themselves may run: ${CARE_REMEDIES.join(', ')}`);
  if (!isObject(value)) return fail(`remedies.${id}`, 'Write {} or its limits');
  known(value, ['when', 'on', 'set'], `remedies.${id}.`, fail);
  const when = value['when'] ?? 'finding';
  if (when !== 'finding' && when !== 'window') return fail(`remedies.${id}.when`, '"finding" or "window"');
  const on = value['on'] ?? [];
  if (!Array.isArray(on) || !on.every((one): one is string => typeof one === 'string' && one !== ''))
    return fail(`remedies.${id}.on`, 'A list of mount points or pools');
  if (when === 'window' && on.length === 0) fail(`remedies.${id}.on`, 'Without a finding it must be told where');
  const set = value['set'] ?? {};
  if (!isObject(set) || !Object.values(set).every((one) => typeof one === 'string'))
    return fail(`remedies.${id}.set`, 'Settings as text: {"target": "10g"}');
  return { id, when, on, set: new Map(Object.entries(set).map(([name, one]) => [name, String(one)])) };
}

function known(value: Record<string, unknown>, keys: readonly string[], where: string, fail: Fail): void {
  const odd = Object.keys(value).find((key) => !keys.includes(key));
  if (odd !== undefined) fail(`${where}${odd}`, `There is ${keys.join(', ')}`);
}

function number(value: unknown, name: string, least: number, most: number, fail: Fail): number {
  if (typeof value === 'number' && value >= least && value <= most) return value;
  return fail(name, `A number from ${least} to ${most}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isDays(value: unknown): value is readonly Day[] {
  return Array.isArray(value) && value.length > 0 && value.every((one) => DAYS.includes(one as Day));
}

const MINUTE = 60_000;
/** A window of nearly a day may go on over one change of the clocks that leaves its closed minutes out. */
const LONGEST = 3 * 1440 * MINUTE;

/** Milliseconds until the window closes; undefined: it is closed. One that goes over midnight belongs to the day it opens. */
export function windowLeft(settings: CareSettings, now: Date): number | undefined {
  if (!isOpen(settings, now)) return undefined;
  // minute by minute: on a night when clocks are changed the end may not come by the clock, or twice
  const start = Math.floor(now.getTime() / MINUTE) * MINUTE;
  let end = start + MINUTE;
  while (end < start + LONGEST && isOpen(settings, new Date(end))) end += MINUTE;
  return end - now.getTime();
}

function isOpen({ window: { from, to }, days }: CareSettings, at: Date): boolean {
  const minute = at.getHours() * 60 + at.getMinutes();
  const over = to < from;
  const evening = minute >= from && (over || minute < to);
  const morning = over && minute < to;
  if (!evening && !morning) return false;
  const opened = DAYS[(at.getDay() + (evening ? 0 : 6)) % 7];
  return opened !== undefined && days.includes(opened);
}
