import { type Host, UllageError } from './host.ts';

/**
 * The door to a machine that is asked now: this one, or one over ssh. An ssh host is connected
 * before this returns, so that an unreachable one is an error at once and not a dozen unknowns.
 */
export async function openHost(spec?: string): Promise<Host> {
  if (spec === undefined || spec === 'local') return (await import('./local.ts')).localHost();
  if (spec.startsWith('ssh://')) {
    const host = (await import('./ssh.ts')).sshHost(spec);
    await host.connect();
    return host;
  }
  throw new UllageError(
    'not a host',
    JSON.stringify(spec),
    'Write ssh://user@host[:port]; for a capture use --capture FILE, for this host give none.',
  );
}
