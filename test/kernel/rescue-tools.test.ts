import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { packed } from '../formats/ext4/packed.ts';
import { type DockerRoot, makeDockerRoot } from '../rescue/docker-root.ts';
import { kernelSuite } from './ready.ts';
import { importBusybox, startDockerd } from './support/dockerd.ts';
import { kernelListing, type Listing } from './support/trees.ts';

const ULLAGE = ['--import', 'tsx', 'test/kernel/support/ullage.ts'];
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

function ullage(...argv: string[]): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [...ULLAGE, 'rescue', ...argv], { encoding: 'utf8' });
}

kernelSuite('rescue from a pool, with the tools of others', ['nbdinfo', 'nbdcopy', 'qemu-img', 'getfattr'], () => {
  let made: DockerRoot;
  let folder = '';
  beforeAll(() => {
    made = makeDockerRoot();
    folder = mkdtempSync(join(tmpdir(), 'ullage-rescue-'));
  });
  afterAll(() => {
    rmSync(made.root, { recursive: true });
    rmSync(folder, { recursive: true });
  });

  test('a device over NBD: nbdinfo, nbdcopy and qemu-img read every byte, holes are told', async () => {
    const socket = join(folder, 'pool.sock');
    const server = spawn(
      process.execPath,
      [...ULLAGE, 'rescue', 'device', made.root, 'web', '--nbd', `unix:${socket}`],
      {
        stdio: 'ignore',
      },
    );
    const ended = new Promise<number | null>((resolve) => server.once('exit', resolve));
    try {
      for (let waited = 0; !existsSync(socket) && waited < 1200; waited++)
        await new Promise((resolve) => setTimeout(resolve, 100));
      const uri = `nbd+unix:///?socket=${socket}`;
      const info = JSON.parse(execFileSync('nbdinfo', ['--json', uri], { encoding: 'utf8' }));
      const { image } = packed('small');
      expect(info.exports[0]).toMatchObject({ 'export-size': image.length, is_read_only: true });
      expect(execFileSync('nbdinfo', ['--list', uri], { encoding: 'utf8' })).toContain(
        `device-${made.devices.container}`,
      );
      expect(execFileSync('nbdinfo', ['--map', uri], { encoding: 'utf8' })).toMatch(/hole,zero/);
      execFileSync('nbdcopy', [uri, join(folder, 'copied')]);
      expect(sha256(readFileSync(join(folder, 'copied')))).toBe(sha256(image));
      execFileSync('qemu-img', ['convert', '-O', 'raw', uri, join(folder, 'converted')]);
      expect(sha256(readFileSync(join(folder, 'converted')))).toBe(sha256(image));
    } finally {
      server.kill('SIGTERM');
    }
    expect(await ended).toBe(0);
    expect(existsSync(socket)).toBe(false);
  });

  test('into a directory and through GNU tar: as the kernel showed it', () => {
    const { listing } = packed('small');
    const directory = join(folder, 'directory');
    expect(ullage('files', made.root, 'web', '/', '--to', directory).status).toBe(0);
    same(kernelListing(directory), listing, { nodes: false, attributes: false });
    const archive = join(folder, 'web.tar');
    expect(ullage('container', made.root, 'web', '--to', archive).status).toBe(0);
    const unpacked = join(folder, 'unpacked');
    mkdirSync(unpacked);
    execFileSync('tar', ['--xattrs', '--xattrs-include=*', '-C', unpacked, '-xpf', archive]);
    same(kernelListing(unpacked), listing, { nodes: true, attributes: true });
  });
});

/** Content, mode, owner, links, times to the microsecond (Node sets them through a double), attributes. */
function same(got: Listing, wanted: Listing, with_: { nodes: boolean; attributes: boolean }): void {
  const kept = (listing: Listing): [string, object][] =>
    [...listing]
      .filter(([, one]) => with_.nodes || ['file', 'directory', 'symlink'].includes(one.kind))
      .map(
        ([path, { kind, mode, owner, nlink, mtime, target, sha256: sum, rdev, size, attributes }]): [
          string,
          object,
        ] => {
          const own = kind === 'directory' ? {} : { size, nlink };
          const list = with_.attributes ? { attributes } : {};
          return [path, { kind, mode, owner, mtime: mtime.slice(0, -4), target, sum, rdev, ...own, ...list }];
        },
      )
      .sort(([a], [b]) => (a < b ? -1 : 1));
  expect(kept(got)).toEqual(kept(wanted));
}

kernelSuite('rescue from the root of a dockerd', ['dockerd', 'docker', 'busybox'], () => {
  test.each(['overlay2', 'vfs'])('%s: the image is loaded by another dockerd under the same id', async (driver) => {
    const home = mkdtempSync(join(tmpdir(), 'ullage-rescue-'));
    try {
      // overlay2 does not stand on every file system
      const root = join(home, 'root');
      mkdirSync(root);
      const daemon = await startDockerd(home, root, driver);
      let ids: string[];
      try {
        importBusybox(daemon, home, 'busybox:1');
        const context = join(home, 'context');
        mkdirSync(context);
        writeFileSync(
          join(context, 'Dockerfile'),
          'FROM busybox:1\nRUN rm -r /tmp && echo one > /etc/one && chmod 4711 /etc/one\nRUN ln /etc/one /etc/two\n',
        );
        process.env['DOCKER_BUILDKIT'] = '0';
        const built = daemon.docker('build', '--network', 'none', '-t', 'shop/app:1', context);
        expect(built.status, built.stderr).toBe(0);
        ids = ['busybox:1', 'shop/app:1'].map((name) => daemon.docker('inspect', '-f', '{{.Id}}', name).stdout.trim());
      } finally {
        await daemon.stop();
      }
      for (const [i, name] of ['busybox:1', 'shop/app:1'].entries()) {
        const taken = ullage('image', root, name, '--to', join(home, `${i}.tar`));
        expect(taken.status, taken.stderr).toBe(0);
      }
      const fresh = await startDockerd(home, join(home, 'fresh'), 'vfs');
      try {
        for (const [i, name] of ['busybox:1', 'shop/app:1'].entries()) {
          const loaded = fresh.docker('load', '-i', join(home, `${i}.tar`));
          expect(loaded.status, loaded.stderr).toBe(0);
          expect(fresh.docker('inspect', '-f', '{{.Id}}', name).stdout.trim()).toBe(ids[i]);
        }
        const ran = fresh.docker('run', '--rm', '--network', 'none', 'shop/app:1', 'cat', '/etc/two');
        expect(ran.stdout, ran.stderr).toBe('one\n');
      } finally {
        await fresh.stop();
      }
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  });
});
