import { docker } from '../tools/docker.ts';
import type { Probe } from './probe.ts';

/**
 * Asks for the sizes of the containers' log files: one directory level, never the layers. The
 * answer is `stat` lines, which the `files` probe reads.
 */
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
  recognises: () => false,
  scan: () => [],
};
