import { docker } from '../tools/docker.ts';
import { found } from './fact.ts';
import type { Probe } from './probe.ts';
import { argvOf, rows } from './undress.ts';

/**
 * Which dockerd would start, where none answers: an upgrade may have taken the driver that it is
 * configured for. The client's version says nothing of that.
 */
export const dockerVersion: Probe = {
  id: 'docker-version',
  title: 'dockerd --version',
  asks: (known) =>
    !known.has('engine', (one) => one.engine === 'docker' && one.driver !== undefined) &&
    (known.has('docker-dm-device') ||
      known.has('engine-config', (one) => one.engine === 'docker' && typeof one.values['storage-driver'] === 'string'))
      ? [
          {
            kind: 'run',
            argv: docker.daemonVersion(),
            timeoutMs: 5000,
            optional: true,
            what: 'which Docker is installed',
          },
        ]
      : [],
  recognises: (doc) => /(?:^|\/)dockerd$/.test(argvOf(doc)[0] ?? ''),
  scan: (doc) =>
    rows(doc).flatMap(({ n, text }) => {
      const version = /^Docker version (\d{1,4}\.\d{1,4}[\w.+~-]{0,60}),/.exec(text)?.[1];
      return version === undefined ? [] : [found('engine', { engine: 'docker', version }, n)];
    }),
};
