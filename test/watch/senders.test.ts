import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { localHost } from '../../src/host/local.ts';
import type { Incident, Message } from '../../src/watch/alerts/incident.ts';
import { alertmanager, command, webhook } from '../../src/watch/alerts/senders.ts';
import { unitText } from '../../src/watch/unit.ts';

const incident: Incident = {
  since: 1_800_000_000,
  seenAt: 1_800_000_600,
  toldAt: 1_800_000_600,
  condition: {
    key: 'k',
    rule: 'UllageExhaustion',
    severity: 'critical',
    subject: '/data',
    summary: 'full soon',
    seconds: 7200.4,
    headroom: 5,
    remedy: 'ullage plan prune',
    for: 600,
  },
};
const firing: Message = { kind: 'firing', incident };

/** A server that keeps what is posted to it. */
async function listener(
  status: number,
): Promise<{ url: string; got: { path: string; body: unknown }[]; close(): void }> {
  const got: { path: string; body: unknown }[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => {
      body += chunk.toString();
    });
    request.on('end', () => {
      got.push({ path: request.url ?? '', body: JSON.parse(body) });
      response.writeHead(status).end('answer');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, got, close: () => server.close() };
}

test('a webhook gets one document a message, and a refusal is told', async () => {
  const good = await listener(204);
  expect(await webhook(good.url, 'db1').send([firing], [], 0)).toBeUndefined();
  expect(good.got[0]?.body).toEqual({
    version: 1,
    status: 'firing',
    host: 'db1',
    rule: 'UllageExhaustion',
    severity: 'critical',
    subject: '/data',
    summary: 'full soon',
    secondsLeft: 7200,
    headroom: 5,
    remedy: 'ullage plan prune',
    since: '2027-01-15T08:00:00.000Z',
  });
  good.close();
  const bad = await listener(500);
  expect(await webhook(bad.url, 'db1').send([firing], [], 0)).toMatch(/HTTP 500: answer/);
  bad.close();
  expect(await webhook('http://127.0.0.1:9', 'db1').send([firing], [], 0)).toMatch(/ECONNREFUSED|bad port/);
});

test('what a receiver took is not sent again, and what it refuses keeps nothing else from it', async () => {
  const got: string[] = [];
  const server = createServer((request, response) => {
    request.setEncoding('utf8').on('data', (body: string) => {
      const { subject } = JSON.parse(body) as { subject: string };
      got.push(subject);
      response.writeHead(subject === '/bad' ? 400 : 204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const sender = webhook(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, 'db1');
  const messages = ['/a', '/bad', '/b'].map(
    (subject): Message => ({
      kind: 'firing',
      incident: { ...incident, condition: { ...incident.condition, subject } },
    }),
  );
  expect(await sender.send(messages, [], 0)).toMatch(/HTTP 400/);
  expect(await sender.send(messages, [], 0)).toMatch(/HTTP 400/);
  server.close();
  expect(got).toEqual(['/a', '/bad', '/b', '/bad']);
});

test('an answer without end is not read to its end', async () => {
  let sent = 0;
  const server = createServer((_, response) => {
    response.writeHead(500);
    const chunk = Buffer.alloc(64 * 1024, 'a');
    const more = () => {
      while (!response.destroyed && response.write(chunk)) sent += chunk.length;
      response.once('drain', more);
    };
    more();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  expect(await webhook(`http://127.0.0.1:${port}`, 'db1').send([firing], [], 0)).toBe(`HTTP 500: ${'a'.repeat(200)}`);
  expect(sent).toBeLessThan(64 * 2 ** 20);
  server.closeAllConnections();
  server.close();
});

test('a password in the address is sent as one, and never said', async () => {
  let authorization: string | undefined;
  const server = createServer((request, response) => {
    authorization = request.headers.authorization;
    response.writeHead(401).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', () => resolve()));
  const { port } = server.address() as AddressInfo;
  const why = await webhook(`http://me:s%20cret@127.0.0.1:${port}/`, 'db1').send([firing], [], 0);
  server.close();
  expect(authorization).toBe(`Basic ${Buffer.from('me:s cret').toString('base64')}`);
  expect(why).toBe('HTTP 401: ');
});

test('of a clock that was set back Alertmanager gets no end before its start', async () => {
  const server = await listener(200);
  await alertmanager(server.url, 'db1', 60).send([{ kind: 'resolved', incident }], [incident], 1_700_000_000);
  server.close();
  expect(server.got[0]?.body).toHaveLength(2);
  for (const { startsAt, endsAt } of (server.got[0]?.body ?? []) as { startsAt: string; endsAt: string }[])
    expect(Date.parse(startsAt)).toBeLessThanOrEqual(Date.parse(endsAt));
});

test('Alertmanager hears of what stands again and again, and of its end once', async () => {
  const server = await listener(200);
  const sender = alertmanager(`${server.url}/prefix`, 'db1', 60);
  await sender.send([], [incident], 1_800_000_600);
  await sender.send([{ kind: 'resolved', incident }], [], 1_800_001_000);
  await sender.send([], [], 1_800_001_060);
  server.close();
  expect(server.got.map((one) => one.path)).toEqual(['/api/v2/alerts', '/api/v2/alerts']);
  expect(server.got[0]?.body).toMatchObject([
    { labels: { alertname: 'UllageExhaustion', instance: 'db1' }, endsAt: '2027-01-15T08:15:00.000Z' },
  ]);
  expect(server.got[1]?.body).toMatchObject([{ endsAt: '2027-01-15T08:16:40.000Z' }]);
});

test('a command gets the document on its stdin', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-command-'));
  const script = join(folder, 'tell me');
  writeFileSync(script, `#!/bin/sh\ncat > '${folder}/got'\n`, { mode: 0o755 });
  const host = localHost();
  try {
    expect(await command(host, [script], 'db1').send([firing], [], 0)).toBeUndefined();
    expect(JSON.parse(readFileSync(join(folder, 'got'), 'utf8'))).toMatchObject({ status: 'firing', subject: '/data' });
    expect(await command(host, ['/bin/false'], 'db1').send([firing], [], 0)).toBe('exit 1');
  } finally {
    await host.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

test('the unit quotes what systemd would read otherwise', () => {
  const text = unitText(['/usr/$x/node', '/opt/$u', 'watch', '--on', '/srv/a b"c%d$e']);
  expect(text).toContain('ExecStart=/usr/$x/node /opt/$$u watch --on "/srv/a b\\"c%%d$$e"\n');
});

test('a word with a line feed in it stays one word: no setting of its own', () => {
  const text = unitText(['/usr/bin/node', '--on', '/a\nExecStartPre=/bin/evil\t\x7f']);
  expect(text).toContain('ExecStart=/usr/bin/node --on "/a\\x0aExecStartPre=/bin/evil\\x09\\x7f"\n');
  expect(text).not.toMatch(/^ExecStartPre/m);
});

test('the unit has the mounts of the host: of a namespace of its own devices would be held busy', () => {
  for (const once of [false, true])
    expect(unitText(['/usr/bin/node'], once)).not.toMatch(
      /^(?:Protect(?!Clock|Hostname)|Private(?!Network|Users)|ReadWritePaths|ReadOnlyPaths|InaccessiblePaths|TemporaryFileSystem|Bind|Root|DynamicUser|MountFlags)/m,
    );
});
