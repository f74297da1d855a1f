import { spawnSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { kernelAnswer } from '../../src/host/kernel-answers.ts';

/** As the program itself answers. */
const run = (argv: readonly string[]) => {
  const { status, stdout, stderr } = spawnSync(argv[0] ?? '', argv.slice(1), {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
  });
  return { exitCode: status, stdout, stderr };
};

test('it says byte for byte what the program says', () => {
  const files = [
    'fs/file-max',
    'kernel/sem',
    'kernel/ostype',
    'user/max_user_namespaces',
    'fs/inotify/max_user_watches',
  ];
  const paths = files.map((file) => `/proc/sys/${file}`);
  for (const argv of [
    ['grep', '-Hs', '.', ...paths],
    ['grep', '-Hs', '.', '/proc/sys/kernel/nothing-like-it', ...paths],
    ['grep', '-Hs', '.', '/proc/sysvipc/msg', '/proc/sysvipc/sem'],
    ['id', '-u'],
  ])
    expect(kernelAnswer(argv), argv.join(' ')).toMatchObject(run(argv));
});

test('everything else is left to the program', () => {
  for (const argv of [
    ['grep', '-Hs', '.', '/proc/sys/kernel/ostype', '/etc/passwd'],
    ['grep', '-rHs', '.', '/proc/sys/kernel/ostype'],
    ['grep', '-Hs', 'x', '/proc/sys/kernel/ostype'],
    ['grep', '-Hs', '.', '/proc/1/mountinfo'],
    ['grep', '-Hs', '.'],
    ['id', '-u', 'root'],
    ['id'],
    ['uname', '-a'],
    [],
  ])
    expect(kernelAnswer(argv), argv.join(' ')).toBeUndefined();
});
