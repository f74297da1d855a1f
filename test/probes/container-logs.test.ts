import { expect, test } from 'vitest';
import { containerLogs } from '../../src/probes/container-logs.ts';
import { known, pasted, ran } from './scan.ts';

test('sizes and what is allocated, of the files that the question was about', () => {
  const [ask] = containerLogs.asks?.(known(['engine', { engine: 'docker', root: '/var/lib/docker' }])) ?? [];
  const argv = ask?.kind === 'run' ? ask.argv : [];
  expect(ran(containerLogs, 'file', argv, '248 512 126000 /var/lib/docker/containers/a/a-json.log\n')).toEqual([
    { path: '/var/lib/docker/containers/a/a-json.log', size: 126_000, allocated: 126_976 },
  ]);
  expect(pasted(containerLogs, 'file', '248 512 126000 /x')).toEqual([]);
});
