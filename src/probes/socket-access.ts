import { type Found, found } from './fact.ts';
import type { SocketAccess } from './facts/engine.ts';
import type { Probe } from './probe.ts';
import { rows } from './undress.ts';

/** What docker, podman and curl say when an engine's socket cannot be asked. */
const WORDINGS: readonly [RegExp, SocketAccess['reason']][] = [
  [
    /permission denied while trying to connect to the (?:Docker daemon socket|docker API) at unix:\/\/(\/[^\s:"]+)/,
    'denied',
  ],
  [/dial unix (\/[^\s:"]+): connect: permission denied/, 'denied'],
  [/Cannot connect to the Docker daemon at unix:\/\/(\/[^\s"]+?)\. Is the docker daemon running/, 'refused'],
  [/dial unix (\/[^\s:"]+): connect: connection refused/, 'refused'],
  [/dial unix (\/[^\s:"]+): connect: no such file or directory/, 'missing'],
];

/** An engine's socket that could not be asked, in the words of its client. */
export const socketAccess: Probe = {
  id: 'socket-access',
  title: "docker's words about its socket",
  recognises: (doc) => /dial unix|Docker daemon|docker API/.test(doc.text),
  scan: (doc) =>
    [...rows(doc)].flatMap(({ n, text }): Found[] => {
      for (const [wording, reason] of WORDINGS) {
        const path = wording.exec(text)?.[1];
        if (path) return [found('socket-access', { path, reason }, n)];
      }
      return [];
    }),
};
