import { get, type IncomingHttpHeaders, request } from 'node:http';
import { afterEach, expect, test } from 'vitest';
import { isLoopback } from '../../src/web/guard.ts';
import type { WebServer } from '../../src/web/server.ts';
import { startWeb } from '../../src/web/server.ts';
import { sceneState } from '../watch/scene.ts';

let web: WebServer | undefined;
afterEach(async () => web?.close());

const memory = { add: () => {}, foresee: () => undefined, spans: () => [] };

async function start(token?: string): Promise<number> {
  web = await startWeb({
    address: '127.0.0.1',
    port: 0,
    hosts: ['ullage.example'],
    ...(token === undefined ? {} : { token }),
    metrics: () => 'ullage_look_up 1\n',
    view: (range) => ({ state: sceneState(), memory, applies: [], range, now: 1_800_000_060 }),
  });
  return Number(new URL(web.url).port);
}

interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: string;
}

function ask(port: number, path: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ port, path, headers, method, host: '127.0.0.1' }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => {
        body += chunk.toString();
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body }));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('the page has a policy without exceptions', async () => {
  const port = await start();
  const { status, headers, body } = await ask(port, '/');
  expect(status).toBe(200);
  expect(headers['content-security-policy']).toMatch(
    /default-src 'none'.*script-src 'sha256-[^']+';.*frame-ancestors 'none'/,
  );
  expect(headers['content-security-policy']).not.toContain('unsafe');
  expect(body).toContain('btrfs on /dev/loop0');
  expect((await ask(port, '/metrics')).body).toBe('ullage_look_up 1\n');
  expect((await ask(port, '/../../etc/passwd')).status).toBe(404);
  for (const path of ['//', 'http://[', '//:x/']) expect((await ask(port, path)).status).toBe(400);
});

test('HEAD ends everywhere, and is none who looks', async () => {
  const port = await start();
  for (const path of ['/', '/events', '/metrics', '/healthz']) {
    const { status, body } = await ask(port, path, {}, 'HEAD');
    expect([path, status, body]).toEqual([path, 200, '']);
  }
  expect(web?.clients()).toBe(0);
});

test('a name that begins like a loopback address is none: whoever resolves it leads anywhere', () => {
  for (const address of ['127.0.0.1', '127.9.9.9', '::1', 'localhost']) expect(isLoopback(address)).toBe(true);
  for (const address of ['127.example.org', '127.0.0.1.example.org', '0.0.0.0', '::', '10.0.0.1', 'localhost.org'])
    expect(isLoopback(address)).toBe(false);
});

test('names that are not ours, other sites and everything but reading are refused', async () => {
  const port = await start();
  expect((await ask(port, '/', { host: 'evil.example' })).status).toBe(403);
  expect((await ask(port, '/', { host: `localhost:${port}` })).status).toBe(200);
  expect((await ask(port, '/', { host: 'ullage.example' })).status).toBe(200);
  expect((await ask(port, '/events', { origin: 'https://evil.example' })).status).toBe(403);
  expect((await ask(port, '/metrics', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'cors' })).status).toBe(403);
  for (const method of ['POST', 'PUT', 'DELETE', 'OPTIONS'])
    expect((await ask(port, '/', {}, method)).status).toBe(405);
});

test('with a token nothing is told without it, and the address loses it at once', async () => {
  const token = 'correct-horse-battery';
  const port = await start(token);
  for (const path of ['/', '/metrics', '/events', '/healthz']) expect((await ask(port, path)).status).toBe(401);
  expect((await ask(port, '/metrics', { authorization: 'Bearer wrong-horse-battery' })).status).toBe(401);
  expect((await ask(port, '/metrics', { authorization: `Bearer ${token}` })).status).toBe(200);
  const first = await ask(port, `/?token=${token}`);
  expect(first.status).toBe(303);
  expect(first.headers['set-cookie']?.[0]).toMatch(/HttpOnly; SameSite=Strict/);
  expect((await ask(port, '/', { cookie: `ullage=${token}` })).status).toBe(200);
});

test('events bring the parts at once, and again when the state has changed', async () => {
  const port = await start();
  const seen = await new Promise<number>((resolve) => {
    let text = '';
    const asked = get({ port, host: '127.0.0.1', path: '/events?range=7d' }, (answer) => {
      answer.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const count = text.split('event: parts\n').length - 1;
        if (count === 1) web?.push();
        if (count < 2) return;
        asked.destroy();
        resolve(count);
      });
    });
    asked.on('error', () => {});
  });
  expect(seen).toBe(2);
});
