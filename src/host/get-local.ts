import { statSync } from 'node:fs';
import type { Ran, RunOptions } from './host.ts';
import { brokenAnswer, cannotConnect, httpAnswer, requestPath } from './http-answer.ts';
import { lateTimer } from './late-timer.ts';
import { DEFAULT_MAX_BYTES, DEFAULT_TIMEOUT_MS, keepFirst } from './limits.ts';

/** Of TLS: without it Node looks whether `localhost` is an IPv6 address (lib/_http_agent.js), by a pattern that takes 15 ms to compile. */
const NO_SERVER_NAME = { servername: '' };

/** connect(2) looks up the same path in this process. */
function isMissing(path: string): boolean {
  try {
    statSync(path);
    return false;
  } catch (error) {
    return /^(?:ENOENT|ENOTDIR)$/.test((error as NodeJS.ErrnoException).code ?? '');
  }
}

/** GET over a unix socket of this machine. Never throws, never takes longer than the time limit. */
export async function getLocal(socket: string, path: string, options: RunOptions = {}): Promise<Ran> {
  const started = performance.now();
  // most hosts have one engine of several: for a socket that is not there Node's HTTP is not loaded
  if (isMissing(socket)) return { ...cannotConnect(socket, 'missing'), durationMs: 0 };
  const { request } = await import('node:http');
  return new Promise((resolve) => {
    const body = keepFirst(options.maxBytes ?? DEFAULT_MAX_BYTES);
    let done = false;
    const finish = (answer: Omit<Ran, 'durationMs'>) => {
      if (done) return;
      done = true;
      timer.stop();
      asked.destroy();
      resolve({ ...answer, durationMs: Math.round(performance.now() - started) });
    };
    const asked = request(
      {
        socketPath: socket,
        path: requestPath(path),
        method: 'GET',
        agent: false,
        headers: { Host: 'localhost', Accept: '*/*' },
        ...NO_SERVER_NAME,
      },
      (response) => {
        const answer = () => httpAnswer(socket, path, response.statusCode ?? 0, body.text());
        response.on('data', (chunk: Buffer) => {
          if (!body.push(chunk)) finish({ ...answer(), truncated: true });
        });
        response.on('end', () => finish(response.complete ? answer() : brokenAnswer(socket, 'cut short')));
        response.on('error', (error) => finish(brokenAnswer(socket, error.message)));
      },
    );
    const timer = lateTimer(options.timeoutMs ?? DEFAULT_TIMEOUT_MS, () =>
      finish({ stdout: '', stderr: '', timedOut: true }),
    );
    asked.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') finish(cannotConnect(socket, 'missing'));
      else if (error.code === 'EACCES' || error.code === 'EPERM') finish(cannotConnect(socket, 'denied'));
      else if (error.code === 'ECONNREFUSED' || error.code === 'ENOTSOCK') finish(cannotConnect(socket, 'refused'));
      else finish(brokenAnswer(socket, error.message));
    });
    asked.end();
  });
}
