import { docker } from '../tools/docker.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';
import { argvOf, rows } from './undress.ts';

/** Sizes of the containers' log files: `stat -c '%b %B %s %n'` through find. One directory level, never the layers. */
export const containerLogs: Probe = {
  id: 'container-logs',
  title: '<root>/containers/*/*.log',
  asks: (known) =>
    [...new Set(known.all('engine', (one) => one.engine === 'docker').flatMap(({ value }) => value.root ?? []))].map(
      (root) => ({
        kind: 'run',
        argv: docker.containerLogs(root),
        timeoutMs: 5000,
        optional: true,
        what: 'sizes of the container logs',
      }),
    ),
  recognises: (doc) => argvOf(doc).includes('%b %B %s %n'),
  scan: (doc) =>
    [...rows(doc)].flatMap(({ n, text }): Found[] => {
      const row = /^(\d+) (\d+) (\d+) (\/.*)$/.exec(text);
      const [blocks, unit, size] = [count(row?.[1]), count(row?.[2]), count(row?.[3])];
      if (
        !row ||
        blocks === undefined ||
        unit === undefined ||
        size === undefined ||
        !Number.isSafeInteger(blocks * unit)
      )
        return [];
      return [found('file', { path: row[4] ?? '', size, allocated: blocks * unit }, n)];
    }),
};
