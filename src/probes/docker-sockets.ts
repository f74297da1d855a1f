import type { Origin } from './document.ts';
import type { Facts } from './fact.ts';
import { texts } from './shape.ts';

/** Where dockerd listens when nothing else is said (moby: DefaultDockerHost). */
const DEFAULT_SOCKET = '/var/run/docker.sock';
const DAEMONS = /^(?:dockerd|dockerd-current|docker-current|docker)$/;

/** The sockets Docker's API may be asked on: the default, and those of running daemons (`-H unix://…`, daemon.json). */
export function dockerSockets(known: Facts): string[] {
  const sockets = [DEFAULT_SOCKET];
  for (const { value } of known.all('process', (one) => DAEMONS.test(one.program))) {
    for (const word of value.args) sockets.push(...unixSocket(word));
  }
  for (const { value } of known.all('engine-config', (one) => one.engine === 'docker')) {
    for (const host of texts(value.values['hosts'])) sockets.push(...unixSocket(host));
  }
  // /var/run is a link to /run on every current distribution: one daemon is asked once
  const seen = new Set<string>();
  return sockets.filter((path) => {
    const key = path.replace(/^\/var\/run\//, '/run/');
    return seen.has(key) ? false : seen.add(key);
  });
}

/** Sockets that answered /info: only those are asked further. */
export function answeringSockets(known: Facts): string[] {
  return [...new Set(known.all('engine', (one) => one.engine === 'docker').flatMap(({ value }) => value.socket ?? []))];
}

/** The socket of a `curl --unix-socket` run. */
export function socketOf(origin: Origin): string | undefined {
  if (origin.kind !== 'run') return undefined;
  const at = origin.argv.indexOf('--unix-socket');
  if (at >= 0) return origin.argv[at + 1];
  return origin.argv.flatMap(unixSocket)[0];
}

function unixSocket(word: string): string[] {
  const path = /^(?:-H|--host)?=?unix:\/\/(\/[^\s,]+)$/.exec(word)?.[1];
  return path ? [path] : [];
}
