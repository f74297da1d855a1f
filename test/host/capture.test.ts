import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packTar } from 'modern-tar';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureHost } from '../../src/host/capture.ts';
import { type Host, type Ran, UllageError } from '../../src/host/host.ts';
import { parseManifest } from '../../src/host/manifest.ts';
import { recordingHost } from '../../src/host/record.ts';
import { unpack } from '../../src/host/unpack.ts';
import { writeCapture } from '../../src/host/write-capture.ts';
import { fc } from '../random-cases.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'ullage-capture-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

const place = (name: string) => join(directory, name);
const head = { version: 1 as const, host: { hostname: 'db1' }, startedAt: '2026-01-02T03:04:05Z' };
const answers: Record<string, Omit<Ran, 'durationMs'>> = {
  df: { exitCode: 0, stdout: 'Filesystem 1B-blocks\n/dev/vda1 10\n', stderr: '' },
  lvs: { exitCode: 5, stdout: '', stderr: 'permission denied\n' },
  nope: { stdout: '', stderr: 'nope: not found', notFound: true },
  hung: { stdout: 'half a li', stderr: '', timedOut: true },
  yes: { stdout: 'y\ny\n', stderr: '', truncated: true },
  env: { exitCode: 0, stdout: 'SECRET_THING=hunter2\nHOME=/root\n', stderr: '' },
};

function fakeHost(): Host {
  return {
    label: 'a fake',
    run: async (argv) => ({ durationMs: 3, stdout: '', stderr: '', ...answers[argv[0] ?? ''] }),
    get: async (_socket, path) => ({
      exitCode: 0,
      stdout: `{"path":"${path}","Config":{"Env":["A=hunter2"]}}`,
      stderr: '',
      durationMs: 1,
    }),
    read: async (path) =>
      path === '/proc/mounts'
        ? { ok: true, content: 'rootfs / ext4 rw 0 0\n' }
        : { ok: false, reason: path === '/secret' ? 'denied' : 'missing', message: path },
    statfs: async (path) =>
      path === '/'
        ? { ok: true, value: { type: 61267, blockSize: 4096, blocks: 10, bfree: 5, bavail: 4, files: 0, ffree: 0 } }
        : { ok: false, reason: 'timeout', message: path },
    close: async () => {},
  };
}

async function record() {
  const host = recordingHost(fakeHost());
  for (const program of Object.keys(answers)) await host.run([program]);
  await host.run(['df']);
  await host.run(['docker', 'login', '-p', 'hunter2']);
  await host.get('/run/docker.sock', '/info');
  await host.read('/proc/mounts');
  await host.read('/secret');
  await host.read('/gone');
  await host.statfs('/');
  await host.statfs('/hung');
  return host;
}

describe('record, write, open', () => {
  it.each(['dir-capture', 'archive.tar.gz', 'archive.tgz'])('%s replays every answer', async (name) => {
    const host = await record();
    await writeCapture(place(name), head, host.entries());
    const replay = await captureHost(place(name));
    expect(replay.manifest.host.hostname).toBe('db1');
    expect(replay.entries()).toHaveLength(13);
    for (const program of Object.keys(answers).filter((one) => one !== 'env'))
      expect(await replay.run([program])).toEqual({ ...answers[program], durationMs: 3 });
    expect(await replay.run(['never-asked'])).toMatchObject({ notFound: true });
    expect(await replay.run(['docker', 'login', '-p', 'other'])).toMatchObject({ durationMs: 3 });
    expect(await replay.get('/run/docker.sock', '/info')).toMatchObject({
      exitCode: 0,
      stdout: '{"path":"/info","Config":{"Env":["A=***"]}}',
    });
    expect(await replay.get('/run/podman.sock', '/info')).toMatchObject({ notFound: true });
    expect(await replay.read('/proc/mounts')).toEqual({ ok: true, content: 'rootfs / ext4 rw 0 0\n' });
    expect(await replay.read('/secret')).toMatchObject({ ok: false, reason: 'denied' });
    expect(await replay.read('/gone')).toMatchObject({ ok: false, reason: 'missing' });
    expect(await replay.read('/never-asked')).toMatchObject({ ok: false, reason: 'missing' });
    expect(await replay.statfs('/')).toMatchObject({ ok: true, value: { blockSize: 4096, bavail: 4 } });
    expect(await replay.statfs('/hung')).toMatchObject({ ok: false, reason: 'timeout' });
  });

  it('writes no secret, and nothing that others can read', async () => {
    const host = await record();
    await writeCapture(place('private'), head, host.entries());
    const all = execFileSync('grep', ['-rc', '', place('private')], { encoding: 'utf8' });
    expect(all).toContain('manifest.json');
    expect(() => execFileSync('grep', ['-r', 'hunter2', place('private')], { stdio: 'pipe' })).toThrow();
    expect(statSync(place('private')).mode & 0o077).toBe(0);
    for (const file of readdirSync(place('private/files')))
      expect(statSync(place(`private/files/${file}`)).mode & 0o777).toBe(0o600);
    await writeCapture(place('private.tar.gz'), head, host.entries());
    expect(statSync(place('private.tar.gz')).mode & 0o777).toBe(0o600);
  });

  it.each(['keep', 'keep.tar.gz'])('replaces %s only when told, and leaves no temporary file', async (name) => {
    const entries = (await record()).entries();
    await writeCapture(place(name), { ...head, note: 'first' }, entries);
    await expect(writeCapture(place(name), { ...head, note: 'second' }, entries)).rejects.toThrow(
      /already something of that name/,
    );
    expect((await captureHost(place(name))).manifest.note).toBe('first');
    await writeCapture(place(name), { ...head, note: 'third' }, entries, { force: true });
    expect((await captureHost(place(name))).manifest.note).toBe('third');
    expect(readdirSync(directory).filter((one) => one.startsWith('.'))).toEqual([]);
  });

  it('never replaces a directory that is no capture', async () => {
    mkdirSync(place('home'));
    writeFileSync(place('home/letter'), 'dear');
    await expect(writeCapture(place('home'), head, [], { force: true })).rejects.toThrow(
      /not a capture, so it is not replaced/,
    );
    expect(readFileSync(place('home/letter'), 'utf8')).toBe('dear');
  });

  it('says where it cannot write', async () => {
    await expect(writeCapture(place('no/such/place.tar.gz'), head, [])).rejects.toThrow(UllageError);
  });
});

const manifest = (entries: unknown[], more: object = {}) =>
  JSON.stringify({ version: 1, host: { hostname: 'h' }, startedAt: 1795224799.49, entries, ...more });

describe('captures by other hands', () => {
  it('opens a .tar of a directory, with the manifest one level down, and a .tar.zst', async () => {
    const root = place('by-hand');
    mkdirSync(join(root, 'files'), { recursive: true });
    writeFileSync(
      join(root, 'manifest.json'),
      manifest([
        {
          kind: 'run',
          argv: ['cat', '/proc/mounts'],
          exitCode: 0,
          stdout: 'files/0',
          stderr: 'files/none',
          durationMs: 1,
        },
        { kind: 'run', argv: ['x'], exitCode: null },
        { kind: 'later-kind' },
      ]),
    );
    writeFileSync(join(root, 'files/0'), Buffer.from([0x61, 0xff, 0x0a]));
    execFileSync('tar', ['cf', place('by-hand.tar'), '-C', directory, 'by-hand']);
    const packed = [root, join(root, 'manifest.json'), place('by-hand.tar')];
    writeFileSync(place('by-hand.tar.zst'), zstdStored(readFileSync(place('by-hand.tar'))));
    packed.push(place('by-hand.tar.zst'));
    for (const path of packed) {
      const replay = await captureHost(path);
      expect(replay.entries()).toHaveLength(2);
      expect(replay.entries()[0]).toMatchObject({ stdout: 'a\ufffd\n', stderr: '', note: 'files/none is missing' });
      expect(await replay.read('/proc/mounts')).toMatchObject({ ok: true });
      expect((await replay.run(['x'])).exitCode).toBeUndefined();
    }
  });

  it('masks what their maker did not', async () => {
    mkdirSync(place('unmasked'));
    writeFileSync(
      place('unmasked/manifest.json'),
      manifest([{ kind: 'run', argv: ['docker', 'login', '-p', 'hunter2'], stdout: 'o' }]),
    );
    writeFileSync(place('unmasked/o'), '"Env":["A=hunter2"]');
    expect(JSON.stringify((await captureHost(place('unmasked'))).entries())).not.toContain('hunter2');
  });

  it('notes statfs numbers that are none', async () => {
    mkdirSync(place('statfs'));
    writeFileSync(place('statfs/manifest.json'), manifest([{ kind: 'statfs', path: '/', content: 'o' }]));
    writeFileSync(
      place('statfs/o'),
      '{"type":1,"blockSize":4096,"blocks":1e99,"bfree":-1,"bavail":0,"files":0,"ffree":0}',
    );
    const replay = await captureHost(place('statfs'));
    expect(await replay.statfs('/')).toMatchObject({ ok: false });
    expect(replay.entries()[0]?.content).toBeUndefined();
  });
});

describe('what is no capture is one clear error', () => {
  const refuses = async (name: string, make: (path: string) => void | Promise<void>, message: RegExp) => {
    await make(place(name));
    const error = await captureHost(place(name)).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(UllageError);
    expect((error as UllageError).message).toMatch(message);
    expect((error as UllageError).message).toContain(name);
  };
  const good = () =>
    packTar([{ header: { name: 'c/manifest.json', size: 2000, type: 'file' }, body: manifest([]).padEnd(2000) }]);

  it.each<[string, (path: string) => void | Promise<void>, RegExp]>([
    ['nothing-there', () => {}, /cannot be opened: .*no such file/],
    ['empty-dir', (path) => void mkdirSync(path), /not a capture: .*no manifest.json/],
    ['empty-file', (path) => writeFileSync(path, ''), /not a capture/],
    [
      'text-file',
      (path) => writeFileSync(path, 'no space left on device\n'.repeat(100)),
      /not a capture: .*not a tar archive/,
    ],
    ['a-fifo', (path) => void execFileSync('mkfifo', [path]), /not a capture: .*neither a file nor a directory/],
    [
      'cut.tar',
      async (path) => writeFileSync(path, (await good()).subarray(0, 1500)),
      /truncated.*cut short or damaged/,
    ],
    [
      'cut.tar.gz',
      async (path) => writeFileSync(path, gzipSync(await good()).subarray(0, 60)),
      /unexpected end of file.*cut short or damaged/,
    ],
    [
      'damaged.tar.gz',
      async (path) => writeFileSync(path, flip(gzipSync(await good()), 40)),
      /not a capture that can be read/,
    ],
    [
      'cut.tar.zst',
      async (path) => writeFileSync(path, zstdStored(await good()).subarray(0, 700)),
      /not a capture that can be read/,
    ],
    [
      'no-manifest.tar',
      async (path) => writeFileSync(path, await packTar([{ header: { name: 'x', size: 1, type: 'file' }, body: 'x' }])),
      /no manifest.json/,
    ],
    ['corrupt', (path) => dir(path, '{"version": 1,'), /manifest.json: not JSON/],
    ['version-2', (path) => dir(path, '{"version": 2, "entries": []}'), /version: 2; this ullage reads version 1/],
    ['no-entries', (path) => dir(path, '{"version": 1}'), /entries: not a list/],
    [
      'bad-argv',
      (path) => dir(path, manifest([{ kind: 'run', argv: 'df -h' }])),
      /entries\[0\]\.argv: "df -h" is not a list of words/,
    ],
    [
      'bad-exit',
      (path) => dir(path, manifest([{ kind: 'run', argv: ['df'], exitCode: 1e99 }])),
      /entries\[0\]\.exitCode/,
    ],
    [
      'climbs',
      (path) => dir(path, manifest([{ kind: 'run', argv: ['df'], stdout: 'files/../../../etc/passwd' }])),
      /leads out of the capture/,
    ],
    [
      'absolute',
      (path) => dir(path, manifest([{ kind: 'read', path: '/x', content: '/etc/passwd' }])),
      /leads out of the capture/,
    ],
    [
      'link-out',
      (path) => {
        dir(path, manifest([{ kind: 'read', path: '/x', content: 'link' }]));
        symlinkSync('/etc/passwd', join(path, 'link'));
      },
      /a link that leads out/,
    ],
    [
      'device',
      (path) => {
        dir(path, manifest([]));
        rmSync(join(path, 'manifest.json'));
        symlinkSync('/dev/zero', join(path, 'manifest.json'));
      },
      /a link that leads out/,
    ],
  ])('%s', (name, make, message) => refuses(name, make, message));

  it('stops a decompression bomb at the limit', async () => {
    const bomb = gzipSync(Buffer.alloc(20 * 1024 * 1024));
    await expect(unpack(bomb, 'bomb.tar.gz', 1024 * 1024)).rejects.toThrow(/bomb\.tar\.gz: larger than 1 MiB/);
    await expect(unpack(zstdStored(Buffer.alloc(3 * 1024 * 1024)), 'bomb.tar.zst', 1024 * 1024)).rejects.toThrow(
      /larger than 1 MiB/,
    );
  });

  it('parses any JSON as a manifest or throws an UllageError', () => {
    const entry = fc.record(
      {
        kind: fc.oneof(fc.constantFrom('run', 'read', 'statfs'), fc.jsonValue()),
        argv: fc.oneof(fc.array(fc.string()), fc.jsonValue()),
        path: fc.jsonValue(),
        exitCode: fc.jsonValue(),
        stdout: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const any = fc.oneof(
      fc.jsonValue(),
      fc.record(
        {
          version: fc.constantFrom(1, 2),
          host: fc.jsonValue(),
          startedAt: fc.jsonValue(),
          entries: fc.oneof(fc.array(entry), fc.jsonValue()),
        },
        { requiredKeys: [] },
      ),
    );
    fc.assert(
      fc.property(any, (value) => {
        try {
          expect(parseManifest(JSON.stringify(value), 'm').version).toBe(1);
        } catch (error) {
          expect(error).toBeInstanceOf(UllageError);
        }
      }),
    );
  });

  it('answers or throws an UllageError for any damaged archive', async () => {
    const bytes = Buffer.from(await good());
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, by) => {
        const damaged = flip(bytes, at, by);
        await unpack(damaged, 'x').catch((error: unknown) => expect(error).toBeInstanceOf(UllageError));
      }),
      { numRuns: 300 },
    );
  });
});

function dir(path: string, text: string): void {
  mkdirSync(path);
  writeFileSync(join(path, 'manifest.json'), text);
}

function flip(bytes: Uint8Array, at: number, by = 0x55): Buffer {
  const copy = Buffer.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ by;
  return copy;
}

/** A zstd frame of raw blocks (RFC 8878, 3.1.1): valid without a compressor. */
function zstdStored(bytes: Uint8Array): Buffer {
  // frame header: single segment, 4-byte content size
  const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0, 0, 0, 0, 0]);
  header.writeUInt32LE(bytes.length, 5);
  const parts: Uint8Array[] = [header];
  const STEP = 100_000;
  for (let at = 0; at < bytes.length; at += STEP) {
    const block = bytes.subarray(at, at + STEP);
    const size = Buffer.alloc(3);
    size.writeUIntLE((block.length << 3) | (at + STEP >= bytes.length ? 1 : 0), 0, 3);
    parts.push(size, block);
  }
  return Buffer.concat(parts);
}
