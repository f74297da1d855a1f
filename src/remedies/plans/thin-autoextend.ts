import { UllageError } from '../../host/host.ts';
import type { Drafting } from '../../plan/draft.ts';
import type { Step } from '../../plan/plan.ts';
import { escapePattern } from '../../tools/escape-pattern.ts';
import { foresee } from './foresee.ts';
import { type LvmPool, lvmPool, lvsOf } from './lvm-pool.ts';
import type { PlannedRemedy, PlanRequest } from './planned.ts';
import { poolMeant } from './thin-pool.ts';

/** Steps smaller than this would come too often while something writes. */
const LEAST_PERCENT = 5;

/** A profile with a threshold and a step that the volume group can really give, and dmeventd told to watch. */
export const thinAutoextend: PlannedRemedy = {
  id: 'thin-autoextend',
  settings: [
    { name: 'threshold', says: 'percent full at which the pool is extended (default 80; 50 to 95)', kind: 'number' },
    {
      name: 'percent',
      says: 'percent of its size that it gets each time (default 20, or what the group can give)',
      kind: 'number',
    },
  ],
  draft,
};

function* draft(request: PlanRequest): Drafting {
  const pool = yield* poolMeant(request);
  const lvm = yield* lvmPool(pool.name);
  const threshold = Number(request.settings.get('threshold') ?? 80);
  // lvm.conf(5): 100 is off, below 50 is not taken
  if (!(threshold >= 50 && threshold <= 95))
    throw new UllageError('a setting is wrong', `threshold=${threshold}`, 'From 50 to 95 percent: 100 is off');
  const percent = step(request, lvm);
  const bytes = Math.ceil((lvm.size * percent) / 100 / lvm.extent) * lvm.extent;
  return {
    on: lvm.lv,
    settings: { threshold: String(threshold), percent: String(percent) },
    predicted: {
      ...foresee(request.scene, (one) => one.layer.startsWith('store:') && one.bytes !== undefined, {
        lv: (one) => (`${one.vg}/${one.name}` === lvm.lv ? { ...one, monitor: 'monitored' } : one),
        'lvm-config': (one) => ({ ...one, autoextendThreshold: threshold, autoextendPercent: percent }),
      }),
      downtime: 0,
      seconds: 5,
      risk: 'online',
    },
    notes: [
      `At ${threshold} % the pool grows by ${percent} %, ${bytes} bytes at first; ${lvm.vg} has ${lvm.free} bytes free for that.`,
      'When the group is used up nothing extends it any more: watch vgs too.',
    ],
    treats: [`/dev/mapper/${pool.name}`],
    steps: watched(lvm.lv, threshold, percent, lvm),
  };
}

/** The profile, applied, and dmeventd told to watch: for a pool that is there when the steps come to be done. */
export function watched(
  lv: string,
  threshold: number,
  percent: number,
  before: { profile: string; monitored: boolean },
): Step[] {
  const name = `ullage-${lv.replace('/', '-')}`;
  const text = `# made by ullage: ${lv} is extended by itself
activation {
\tthin_pool_autoextend_threshold=${threshold}
\tthin_pool_autoextend_percent=${percent}
}
`;
  return [
    {
      id: 'profile',
      title: `write the profile ${name}`,
      why: 'for this pool alone; lvm.conf stays as it is',
      run: [],
      writes: [{ path: `/etc/lvm/profile/${name}.profile`, content: text, mode: '0644' }],
      undo: [],
      before: [],
      after: [],
      risk: 'none',
      idempotent: true,
      ifStopped: 'A profile that nothing uses yet.',
    },
    {
      id: 'apply-profile',
      title: 'let the pool go by it',
      why: 'a step of its own size, which the group can give',
      run: [['lvchange', '--metadataprofile', name, lv]],
      undo: [
        before.profile ? ['lvchange', '--metadataprofile', before.profile, lv] : ['lvchange', '--detachprofile', lv],
      ],
      undoIf: [profileIs(lv, name)],
      before: [],
      after: [profileIs(lv, name)],
      risk: 'online',
      idempotent: true,
      ifStopped: 'The pool has its profile; whether it is watched is not changed.',
    },
    {
      id: 'monitor',
      title: 'let dmeventd watch the pool',
      why: 'it is dmeventd that extends it',
      run: [['lvchange', '--monitor', 'y', lv]],
      undo: before.monitored ? [] : [['lvchange', '--monitor', 'n', lv]],
      undoIf: [monitored(lv)],
      before: [],
      after: [monitored(lv)],
      risk: 'online',
      idempotent: true,
      settle: 20,
      ifStopped: 'The pool is extended by itself.',
    },
  ];
}

function step({ settings }: PlanRequest, lvm: LvmPool): number {
  const given = settings.get('percent');
  const fits = (percent: number): boolean =>
    Math.ceil((lvm.size * percent) / 100 / lvm.extent) * lvm.extent <= lvm.free;
  const percent = given === undefined ? 20 : Number(given);
  if (percent > 0 && fits(percent)) return percent;
  const most = Math.floor((Math.floor(lvm.free / lvm.extent) * lvm.extent * 100) / lvm.size);
  if (given === undefined && most >= LEAST_PERCENT) return most;
  throw new UllageError(
    'the volume group cannot give even one such step',
    `${percent} % of ${lvm.lv} are ${Math.ceil((lvm.size * percent) / 100)} bytes, ${lvm.vg} has ${lvm.free} free`,
    most >= LEAST_PERCENT
      ? `Choose less: --set percent=${most}`
      : 'Add an empty disk: ullage plan thin-extend --set device=/dev/DISK',
  );
}

const profileIs = (lv: string, name: string) => ({
  says: `the pool goes by ${name}`,
  run: lvsOf(lv, 'lv_profile'),
  matches: `^\\s*${escapePattern(name)}\\s*$`,
});

const monitored = (lv: string) => ({
  says: 'dmeventd watches the pool',
  run: lvsOf(lv, 'seg_monitor'),
  matches: '^\\s*monitored',
});
