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

test('the unit has the mounts of the host: of a namespace of its own devices would be held busy', () => {
  for (const once of [false, true])
    expect(unitText(['/usr/bin/node'], once)).not.toMatch(
      /^(?:Protect(?!Clock|Hostname)|Private(?!Network|Users)|ReadWritePaths|ReadOnlyPaths|InaccessiblePaths|TemporaryFileSystem|Bind|Root|DynamicUser|MountFlags)/m,
    );
});
