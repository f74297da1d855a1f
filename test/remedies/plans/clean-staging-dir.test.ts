import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Ran } from '../../../src/host/host.ts';
import { applySteps, type Outcome } from '../../../src/plan/apply.ts';
import type { PlanDraft } from '../../../src/plan/draft.ts';
import type { Argv, Plan } from '../../../src/plan/plan.ts';
import { stateOf } from '../../../src/plan/state.ts';
import { noWayBack, undoSteps } from '../../../src/plan/undo.ts';
import { cleanStagingDir } from '../../../src/remedies/plans/clean-staging-dir.ts';
import { Killed, life, type Machine, machine, type Strike } from '../../plan/machine.ts';
import { faults } from '../support/drive.ts';
import { type Answers, request } from './thin-answers.ts';

let home = '';
let dir = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'ullage-staging-'));
  dir = join(home, 'tmp');
  mkdirSync(dir);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const ran = (exitCode: number, stdout = ''): Ran => ({ exitCode, stdout, stderr: '', durationMs: 0 });

/** Nobody else is at work: what the machine that runs the tests has open is not asked. */
const quiet: Answers = [
  ['id -u', '0\n'],
  ['readlink /proc/self/ns/pid', 'pid:[4026531836]\n'],
  ['stat -f -c %T', 'ext2/ext3\n'],
  ['ps -e', '1 900000 Ss systemd\n'],
  ['find /proc ', 'looked\n'],
];

/** Real programs on a real directory, but for what `over` answers. */
function real(argv: readonly string[], over: Answers): Ran {
  const line = argv.join(' ');
  const answer = over.find(([begins]) => line.startsWith(begins))?.[1];
  if (answer !== undefined) return typeof answer === 'string' ? ran(0, answer) : ran(answer.exit);
  const { status, stdout, stderr } = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
  // the directory is root's where root runs it
  const own = argv.includes('%F %u %a') ? stdout.replace(` ${process.getuid?.()} `, ' 0 ') : stdout;
  return { exitCode: status ?? 1, stdout: own, stderr, durationMs: 0 };
}

const asked: Argv[] = [];
function draft(over: Answers = [], settings: Record<string, string> = { older: '0' }, on = dir): PlanDraft {
  asked.splice(0);
  const drafting = cleanStagingDir.draft(request(settings, {}, on));
  let next = drafting.next();
  while (!next.done) {
    asked.push(next.value.run);
    next = drafting.next(real(next.value.run, [...over, ...quiet]));
  }
  return next.value;
}

const put = (name: string, bytes = 100_000) => {
  mkdirSync(join(dir, name, '..'), { recursive: true });
  writeFileSync(join(dir, name), 'x'.repeat(bytes));
};

/** What a killed pull, two killed loads and others leave, and what is nobody's here. */
function leave(): void {
  put('container_images_storage2840571329/1');
  put('storage918273645/2', 50_000);
  put('docker-import-123456789/layer.tar', 70_000);
  put('GetImageBlob55512345', 30_000);
}
const LEFT = [
  'GetImageBlob55512345',
  'container_images_storage2840571329',
  'docker-import-123456789',
  'storage918273645',
];
const du = (...names: string[]) =>
  spawnSync('du', ['-scx', '-B1', ...names.map((name) => join(dir, name))], { encoding: 'utf8' })
    .stdout.trim()
    .split('\n')
    .at(-1)
    ?.split('\t')[0];

describe('clean-staging-dir', () => {
  it('moves aside what such programs left, promises what du says, and nothing else', () => {
    leave();
    const others = ['storage', 'storage-of-mine1', 'my-storage12345', 'container_images_', 'backup.tar', 'buildahfile'];
    for (const name of others) put(`${name}/keep`);
    symlinkSync('/etc', join(dir, 'storage123456'));
    put('newline\nd storage777777/x');
    const plan = draft();
    expect(faults(cleanStagingDir, plan)).toEqual([]);
    expect(String(plan.predicted.freed)).toBe(du(...LEFT));
    expect(plan.predicted).toMatchObject({ downtime: 0, risk: 'destructive' });
    expect(plan.steps.map(({ id }) => id)).toEqual(['directory', 'quarantine', 'delete']);
    expect(plan.steps.at(-1)?.confirm).toMatch(/ullage undo brings everything back/);
    const said = JSON.stringify(plan.steps);
    for (const name of [...others, 'storage123456', 'storage777777']) expect(said).not.toContain(`"${name}"`);
    expect(plan.notes.join()).toContain('Podman, Buildah, Skopeo and Docker');
  });

  it('a file that has a name elsewhere gives nothing back', () => {
    put('storage918273645/1');
    linkSync(join(dir, 'storage918273645/1'), join(home, 'elsewhere'));
    put('storage918273645/2');
    linkSync(join(dir, 'storage918273645/2'), join(dir, 'storage918273645/3'));
    const all = Number(du('storage918273645'));
    const elsewhere = Number(
      spawnSync('du', ['-B1', join(home, 'elsewhere')], { encoding: 'utf8' }).stdout.split('\t')[0],
    );
    expect(draft().predicted.freed).toBe(all - elsewhere);
  });

  const refused: [string, Answers, Record<string, string>, RegExp][] = [
    [
      'a pull that runs',
      [['ps -e', '7 900000 Ss systemd\n 41 30 Sl podman\n']],
      {},
      /podman \(process 41\) has run since before/,
    ],
    ['changed today', [], { older: '24' }, /changed in the last 24 hours/],
    ['open', [['find /proc -maxdepth 3', 'looked\n/proc/9/fd/3 /var/tmp/storage918273645/2\n']], {}, /open: \/proc\/9/],
    ['open, from another root', [['find /proc -maxdepth 3', 'looked\n/proc/9/cwd /x/storage918273645\n']], {}, /open/],
    [
      'mounted',
      [['find /proc -maxdepth 2', 'looked\n/proc/9/mountinfo:1 2 8:1 /var/tmp/storage918273645 /t rw\n']],
      {},
      /mounted/,
    ],
    ['a clock that was set back', [['date +%s', '1000\n']], {}, /from the future/],
    ['a tree that cannot be read', [['find ', { exit: 1 }]], {}, /left anything/],
    ['a find of BusyBox', [['find /proc', { exit: 1 }]], {}, /GNU findutils/],
    ['a user who is not root', [['id -u', '1000\n']], {}, /user 1000.*as root/],
    ['a container', [['readlink /proc/self', 'pid:[4026532999]\n']], {}, /in a container/],
    ['a network file system', [['stat -f', 'nfs\n']], {}, /another machine may be at work/],
    ['no ps', [['ps', { exit: 127 }]], {}, /procps/],
  ];
  it.each(refused)('refuses: %s', (_, over, settings, why) => {
    put('storage918273645/2');
    expect(() => draft(over, { older: '0', ...settings })).toThrow(why);
  });

  it('a service that runs for long keeps what is younger than itself, not what is older', () => {
    put('storage918273645/2');
    const now = Math.floor(Date.now() / 1000);
    const since = (seconds: number): Answers => [
      ['date +%s', `${now + 1000}\n`],
      [
        'ps -e',
        ` 41 ${seconds} Sl podman\n 50 999999 Ssl dockerd\n 51 999999 Ss conmon\n 52 999999 S podman pause\n 53 999999 Z podman\n`,
      ],
    ];
    expect(() => draft(since(2000))).toThrow(/podman \(process 41\)/);
    expect(draft(since(500)).steps).toHaveLength(3);
  });

  it('names the directory as it is, and what is there besides', () => {
    symlinkSync(dir, join(home, 'link'));
    put('storage918273645/2');
    expect(() => draft([], {}, join(home, 'link'))).toThrow(new RegExp(`Name it as it is: ${dir}`));
    expect(() => draft([], {}, join(home, 'none'))).toThrow(/not a directory/);
    expect(() => draft([], {}, `${dir}/../tmp`)).toThrow(/Name it as it is/);
    rmSync(join(dir, 'storage918273645'), { recursive: true });
    expect(() => draft()).toThrow(/no interrupted pull.*--on DIR/);
  });

  it('an ingest of containerd only where its database was read and does not have it', () => {
    const content = join(dir, 'io.containerd.content.v1.content/ingest');
    const meta = join(dir, 'io.containerd.metadata.v1.bolt');
    const [kept, gone] = ['a', 'b'].map((digit) => digit.repeat(64));
    for (const [name, ref] of [
      [kept, 'default/1/layer-sha256:aa'],
      [gone, 'default/2/layer-sha256:bb'],
    ] as const) {
      put(`io.containerd.content.v1.content/ingest/${name}/ref`, 0);
      writeFileSync(join(content, `${name}/ref`), ref);
    }
    const on = () => draft([], { older: '0' }, content);
    expect(on).toThrow(/containerd has it in its records/);
    mkdirSync(meta);
    writeFileSync(join(meta, 'meta.db'), '\0\0default/1/layer-sha256:aa\0');
    const plan = on();
    expect(JSON.stringify(plan.steps)).toContain(`"${gone}"`);
    expect(JSON.stringify(plan.steps)).not.toContain(`"${kept}"`);
    // anywhere else such a name is nobody's
    put(`${'c'.repeat(64)}/ref`);
    expect(() => draft()).toThrow(/left anything/);
  });
});

/** Real mkdir, find, mv and rm; killed, failing and timing out at each of them and at each line of the journal. */
describe('clean-staging-dir, struck at every point', () => {
  const whole = (): Plan => ({
    version: 1,
    id: 'ullage-test',
    madeAt: '',
    host: { hostname: 'test' },
    finding: null,
    remedy: 'clean-staging-dir',
    title: 'test',
    ...draft(),
    fingerprint: { digest: '', facts: [] },
  });

  async function live(on: Machine, plan: Plan, verb: 'apply' | 'undo', strike?: Strike, confirmed = true) {
    try {
      const { work, struck } = life(on, plan, strike, (argv) => real(argv, quiet));
      const outcome: Outcome = await (verb === 'undo' ? undoSteps(work) : applySteps(work, confirmed));
      return { outcome, struck: struck() };
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return { struck: true };
    }
  }

  const there = () => readdirSync(dir).sort();
  const content = () =>
    spawnSync('sh', ['-c', 'find . -type f -exec cksum {} + | sort'], { cwd: dir, encoding: 'utf8' }).stdout;

  it.each(['before', 'after', 'write', 'fail', 'fail-after', 'timeout'] as const)('%s', async (kind) => {
    let points = 0;
    let undone = 0;
    // ULLAGE_CRASH=all in the environment goes through every line of the journal
    const stride = kind === 'write' && process.env['ULLAGE_CRASH'] !== 'all' ? 4 : 1;
    for (let at = 1; ; at += stride) {
      rmSync(dir, { recursive: true });
      mkdirSync(dir);
      leave();
      put('backup/keep');
      const before = content();
      const plan = whole();
      const on = machine();
      const first = await live(on, plan, 'apply', { kind, at });
      if (!first.struck) break;
      points++;
      expect(there()).toContain('backup');
      // until the deletion began, everything comes back
      const deleting = noWayBack(stateOf(on.lines));
      if (points % 2 === 0 && !deleting) {
        expect((await live(on, plan, 'undo')).outcome, `${kind} ${at}`).toEqual({ outcome: 'undone' });
        expect([content(), there()], `${kind} ${at}`).toEqual([before, ['backup', ...LEFT].sort()]);
        undone++;
        continue;
      }
      expect((await live(on, plan, 'apply')).outcome, `${kind} ${at}`).toEqual({ outcome: 'applied' });
      expect(there(), `${kind} ${at}`).toEqual(['backup']);
    }
    expect(points).toBeGreaterThanOrEqual(3);
    expect(undone).toBeGreaterThan(0);
  });

  it('without a confirmation nothing is deleted; undo brings every file back', async () => {
    leave();
    const before = content();
    const plan = whole();
    const on = machine();
    expect((await live(on, plan, 'apply', undefined, false)).outcome?.outcome).not.toBe('applied');
    expect(there()).toEqual(['ullage-test-quarantine']);
    expect((await live(on, plan, 'undo')).outcome).toEqual({ outcome: 'undone' });
    expect([content(), there()]).toEqual([before, LEFT]);
  });

  it('what was gone on with, or taken, in the meantime is not touched', async () => {
    leave();
    const plan = whole();
    spawnSync('touch', ['-d', '@4000000000', join(dir, 'storage918273645/2')]);
    put('storage918273645/3');
    const on = machine();
    // as if time had passed since the plan
    const late = JSON.parse(JSON.stringify(plan).replaceAll(/"@\d+"/g, '"@1000000000"')) as Plan;
    expect((await live(on, late, 'apply')).outcome).toMatchObject({
      outcome: 'failed',
      why: expect.stringMatching(/has changed since/),
    });
    expect(there()).toEqual(expect.arrayContaining(LEFT));
  });
});
