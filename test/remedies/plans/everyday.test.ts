import { describe, expect, it } from 'vitest';
import { prune } from '../../../src/remedies/plans/prune.ts';
import { raiseLimit } from '../../../src/remedies/plans/raise-limit.ts';
import { releaseDeleted } from '../../../src/remedies/plans/release-deleted.ts';
import { faults } from '../support/drive.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

describe('raise-limit', () => {
  const NAME = 'fs.inotify.max_user_watches';
  const plan = (settings: Record<string, string>, over: Answers = []) =>
    drafted(raiseLimit.draft(request(settings)), [...over, [`sysctl -n ${NAME}`, '8192\n']]);

  it('twice what it is or the usual value, written down before it is set, and back to the old value by undo', () => {
    const draft = plan({ name: NAME });
    expect(draft.steps.map((step) => step.id)).toEqual(['keep', 'set-fs-inotify-max-user-watches']);
    expect(draft.steps[0]?.writes?.[0]?.content).toBe(`${NAME} = 524288\n`);
    expect(draft.steps[1]?.undo).toEqual([['sysctl', '-w', `${NAME}=8192`]]);
    expect(faults(raiseLimit, draft)).toEqual([]);
  });

  it('from 0, which twice is 0, to the usual value: asked whether it was forbidden on purpose', () => {
    const name = 'user.max_user_namespaces';
    const draft = plan({ name }, [[`sysctl -n ${name}`, '0\n']]);
    expect(draft.steps[1]?.run).toEqual([['sysctl', '-w', `${name}=28633`]]);
    expect(draft.notes.join()).toMatch(/forbidden it on purpose/);
  });

  it('refuses what would lower it, what nobody can read, and a sysctl that is no limit', () => {
    expect(() => plan({ name: NAME, value: '100' })).toThrow(/would not raise the limit/);
    expect(() => plan({ name: 'fs.inotify.max_user_instances' })).toThrow(/cannot be read/);
    expect(() => plan({ name: 'kernel.core_pattern' })).toThrow(/not a limit that is safe/);
    expect(() => plan({})).toThrow(/--set name=/);
  });

  it('tells of another file that sets it, the last one above all', () => {
    const notes = plan({ name: NAME }, [['grep', `/etc/sysctl.conf:${NAME} = 8192\n`]]).notes.join();
    expect(notes).toMatch(/sysctl\.conf last of all/);
  });
});

describe('release-deleted', () => {
  const MIB = 2 ** 20;
  const files = (size: number) => ({
    'open-deleted': [
      { pid: 40, fd: '3w', path: '/var/log/a', size, program: 'app' },
      { pid: 40, fd: '4w', path: '/var/log/b', size, program: 'app' },
    ],
  });
  const answers: Answers = [
    ['ls -l /proc/40/fd', 'l-wx------ 1 root root 64 Jan 1 00:00 3 -> /var/log/a (deleted)\n'],
    ['cat /proc/40/cgroup', '0::/system.slice/app.service\n'],
    ['cat /proc/40/stat', '40 (app) S 1'],
    ['systemctl is-active app.service', 'active\n'],
  ];
  const plan = (settings: Record<string, string>, over: Answers = [], size = 64 * MIB) =>
    drafted(releaseDeleted.draft(request(settings, files(size) as never)), [...over, ...answers]);

  it('restarts the holder once, whatever it holds, and counts every file', () => {
    const draft = plan({});
    expect(draft.steps.map((step) => step.run)).toEqual([[['systemctl', 'restart', 'app.service']]]);
    expect(draft.predicted).toMatchObject({ freed: 128 * MIB, downtime: 15, risk: 'downtime' });
    expect(faults(releaseDeleted, draft)).toEqual([]);
  });

  it('empties each file where nothing may stop, while it is still a deleted one', () => {
    const draft = plan({ how: 'truncate' });
    expect(draft.steps.map((step) => step.run[0]?.at(-1))).toEqual(['/proc/40/fd/3', '/proc/40/fd/4']);
    expect(draft.steps[0]?.before[0]?.matches).toBe('\\(deleted\\)$');
    expect(draft.predicted).toMatchObject({ freed: 128 * MIB, downtime: 0, risk: 'online' });
  });

  it('refuses a holder that nobody can start again, a file that has a name, and small ones', () => {
    expect(() => plan({}, [['systemctl', { exit: 3 }]])).toThrow(/no service and no container.*how=truncate/);
    expect(() => plan({}, [['ls -l /proc/40/fd', '3 -> /var/log/a\n']])).toThrow(/not held any more/);
    expect(() => plan({}, [], MIB)).toThrow(/worth it/);
    expect(() => plan({ pid: '41' })).toThrow(/process 41/);
    expect(() => plan({ how: 'kill' })).toThrow(/restart or truncate/);
  });
});

describe('prune', () => {
  const [used, pulled, built] = ['1', '2', '3'].map((digit) => `sha256:${digit.repeat(64)}`);
  const layer = (digit: string) => `sha256:${digit.repeat(64)}`;
  const image = (
    id: string | undefined,
    tag: string,
    layers: string[],
    digests: string[],
    at = '2020-01-01T00:00:00Z',
  ) => ({
    Id: id,
    RepoTags: [tag],
    RepoDigests: digests,
    Created: at,
    RootFS: { Layers: layers },
  });
  const images = (pulledAt?: string) =>
    JSON.stringify([
      image(used, 'web:1', [layer('a')], ['web@sha256:aa']),
      image(pulled, 'old:1', [layer('b')], ['old@sha256:bb'], pulledAt),
      image(built, 'own:1', [layer('c')], []),
    ]);
  const machine = (over: Answers = []): Answers =>
    [
      ...over,
      ['info --format {{.DockerRootDir}}', '/var/lib/docker\n'] as const,
      ['info --format {{.Driver}}', 'overlay2\n'] as const,
      ['ps', `${'f'.repeat(64)} web:1\n`] as const,
      ['inspect', `${used} running 0001-01-01T00:00:00Z ${'f'.repeat(64)} /web\n`] as const,
      ['image ls', `${used}\n${pulled}\n${built}\n`] as const,
      ['image inspect', images()] as const,
      ['system df', 'Images\t1GB\nBuild Cache\t1.5GB\n'] as const,
    ].map(([begins, answer]) => [`docker -H unix:///var/run/docker.sock ${begins}`, answer] as const);
  const files: Answers = [
    [
      'grep -r --include=size',
      ['a', 'b', 'c'].map((digit, index) => `/x/sha256/${digit.repeat(64)}/size:${(index + 1) * 1000}`).join('\n'),
    ],
    ['stat -f', 'ef53 4096 1000000\n'],
    ['stat -c', '254\n'],
  ];
  const plan = (settings: Record<string, string>, over: Answers = []) =>
    drafted(prune.draft(request(settings)), [...machine(over), ...files]);

  it('only what no container uses and a registry has, and promises its own layers', () => {
    const draft = plan({});
    expect(draft.steps.map((step) => step.id)).toEqual(['image-222222222222', 'build-cache']);
    expect(draft.predicted.freed).toBe(2000);
    expect(draft.steps[0]?.undo?.[0]?.slice(-2)).toEqual(['pull', 'old@sha256:bb']);
    expect(draft.notes.join()).toContain(String(1.5e9));
    expect(faults(prune, draft)).toEqual([]);
  });

  it('what no registry has is saved and the copy looked at before it goes', () => {
    const draft = plan({ keep: '/mnt/backup' });
    expect(draft.steps.map((step) => step.id)).toEqual([
      'image-222222222222',
      'save-333333333333',
      'image-333333333333',
      'build-cache',
    ]);
    expect(draft.predicted.freed).toBe(5000);
    expect(draft.steps[2]?.before).toEqual(draft.steps[1]?.after);
  });

  it('leaves alone what is young, and says so where nothing is left', () => {
    const young: Answers = [
      ['image inspect', images(new Date().toISOString())],
      ['system df', 'Build Cache\t0B\n'],
    ];
    expect(() => plan({}, young)).toThrow(/nothing is old enough and unused.*--set keep=DIR/);
    expect(() => plan({}, [['info --format {{.DockerRootDir}}', '']])).toThrow(/Docker does not answer/);
  });
});
