import type { Ran } from './host.ts';

/** The argv that stands for a GET in captures and on ssh targets. */
export function curlArgv(socket: string, path: string): string[] {
  return ['curl', '-s', '--unix-socket', socket, `http://localhost${path}`];
}

/** Exit statuses of curl(1) that a GET ends with. */
export const CURL = { cannotConnect: 7, httpError: 22, timeout: 28, emptyReply: 52 } as const;

/** A path that may stand in a request line: everything outside printable ASCII is %-escaped. */
export function requestPath(path: string): string {
  const bytes = Buffer.from(path.startsWith('/') ? path : `/${path}`, 'utf8');
  let out = '';
  for (const byte of bytes)
    out +=
      byte > 0x20 && byte < 0x7f ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return out;
}

type Answer = Pick<Ran, 'exitCode' | 'stdout' | 'stderr'>;

/** A whole HTTP answer as a run: status 200..399 is exit 0, anything else exit 22 with the daemon's words. */
export function httpAnswer(socket: string, path: string, status: number, body: string): Answer {
  if (status >= 200 && status < 400) return { exitCode: 0, stdout: body, stderr: '' };
  return {
    exitCode: CURL.httpError,
    stdout: '',
    stderr: `GET ${path} on ${socket}: HTTP ${status}: ${body.trim().slice(0, 300)}`,
  };
}

export function cannotConnect(socket: string, why: 'missing' | 'denied' | 'refused'): Answer {
  const words = {
    missing: 'no such socket',
    denied: 'permission denied',
    refused: 'connection refused: nobody listens',
  };
  return { exitCode: CURL.cannotConnect, stdout: '', stderr: `cannot connect to ${socket}: ${words[why]}` };
}

export function brokenAnswer(socket: string, why: string): Answer {
  return { exitCode: CURL.emptyReply, stdout: '', stderr: `the answer from ${socket} broke off: ${why}` };
}
