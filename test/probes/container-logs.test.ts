import { expect, test } from 'vitest';
import { containerLogs } from '../../src/probes/container-logs.ts';
import { files } from '../../src/probes/files.ts';
import { known, ran } from './scan.ts';

test('sizes and what is allocated, of the files that the question is about', () => {
  const [ask] = containerLogs.asks?.(known(['engine', { engine: 'docker', root: '/var/lib/docker' }])) ?? [];
  const argv = ask?.kind === 'run' ? ask.argv : [];
  const log = '/var/lib/docker/containers/a/a-json.log';
  expect(ran(files, 'file', argv, `248 512 126000 ${log}\n`)).toEqual([
    { path: log, size: 126_000, allocated: 126_976 },
  ]);
});

test('a daemon whose root is not known is not guessed at', () => {
  expect(containerLogs.asks?.(known(['engine', { engine: 'docker' }]))).toEqual([]);
});
