import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { UsageDocument } from '../../src/usage/document.ts';
import { kernelSuite } from './ready.ts';
import { must } from './support/loops.ts';

kernelSuite('usage of a live containerd', ['containerd', 'ctr', 'tar', 'du'], () => {
  let home = '';
  let root = '';
  let daemon: ChildProcess | undefined;
  const ctr = (...argv: string[]) => must('ctr', '-a', join(home, 'sock'), ...argv);
  const usage = (): UsageDocument => {
    const done = spawnSync(
      process.execPath,
      ['--import', 'tsx', 'test/kernel/support/ullage.ts', 'usage', '--json', root],
      { encoding: 'utf8' },
    );
    expect([done.stderr, done.status]).toEqual(['', 0]);
    return JSON.parse(done.stdout) as UsageDocument;
  };
  const start = (): void => {
    daemon = spawn('containerd', ['-c', join(home, 'config.toml')], { stdio: 'ignore' });
    for (let i = 0; spawnSync('ctr', ['-a', join(home, 'sock'), 'version']).status !== 0; i++) {
      if (i > 600) throw new Error('containerd did not start');
      spawnSync('sleep', ['0.2']);
    }
  };
  const stop = async (): Promise<void> => {
    const ended = new Promise((resolve) => daemon?.once('exit', resolve));
    if (daemon?.kill()) await ended;
    daemon = undefined;
  };

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-containerd-'));
    root = join(home, 'root');
    mkdirSync(root);
    writeFileSync(
      join(home, 'config.toml'),
      `version = 2\nroot = "${root}"\nstate = "${home}/state"\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n[grpc]\naddress = "${home}/sock"\n`,
    );
    importable(home);
    start();
    ctr('images', 'import', join(home, 'oci.tar'));
    ctr('containers', 'create', 'docker.io/library/small:latest', 'one', 'true');
    must('sync', '-f', root);
  });
  afterAll(async () => {
    await stop();
    rmSync(home, { recursive: true, force: true });
  });

  test('images, containers, blobs and snapshots, every byte once', () => {
    const document = usage();
    expect(document).toMatchObject({ orphans: [], notJudged: [], warnings: [] });
    expect(document.totals.onDisk).toBe(Number(must('du', '-sx', '-B1', root).split('\t')[0]));
    const image = document.items.find(({ kind }) => kind === 'image');
    const container = document.items.find(({ kind }) => kind === 'container');
    expect(image?.name).toBe('docker.io/library/small:latest');
    // the blob is the image's alone, its snapshot the container's as well
    expect(image?.exclusive).toBeGreaterThan(1_000_000);
    expect(image?.shared).toBeGreaterThan(1_000_000);
    expect(container?.shared).toBe(image?.shared);
  });

  test('what no database names, once the daemon is another one', async () => {
    const left = join(root, 'io.containerd.snapshotter.v1.overlayfs/snapshots/77');
    const blob = join(root, `io.containerd.content.v1.content/blobs/sha256/${'7'.repeat(64)}`);
    mkdirSync(join(left, 'fs'), { recursive: true });
    writeFileSync(join(left, 'fs', 'file'), 'x'.repeat(500_000));
    writeFileSync(blob, 'x'.repeat(90_000));
    // it could be this daemon's work
    const working = usage();
    expect(working.orphans).toEqual([]);
    // and perhaps what it collects as garbage just now
    expect(working.notJudged).toEqual([
      {
        what: expect.stringMatching(/ and \d more$/),
        why: expect.stringMatching(/younger than containerd \(process \d+\)/),
      },
    ]);
    await stop();
    start();
    const { orphans, notJudged } = usage();
    expect(orphans.map(({ path }) => path)).toEqual([left, blob]);
    expect(notJudged).toEqual([]);
    // a database that cannot be read proves nothing
    await stop();
    writeFileSync(join(root, 'io.containerd.snapshotter.v1.overlayfs/metadata.db'), 'broken');
    const doubtful = usage();
    expect(doubtful.orphans.map(({ path }) => path)).toEqual([blob]);
    expect(doubtful.notJudged).toEqual([
      { what: 'snapshots of overlayfs', why: expect.stringContaining('metadata.db') },
    ]);
  });
});

/** An OCI image of one layer, as `ctr images import` takes it. */
function importable(home: string): void {
  const layout = join(home, 'layout');
  const blobs = join(layout, 'blobs', 'sha256');
  mkdirSync(blobs, { recursive: true });
  mkdirSync(join(home, 'files'));
  writeFileSync(join(home, 'files', 'large'), 'y'.repeat(1_500_000));
  must('tar', '-C', join(home, 'files'), '-cf', join(home, 'layer.tar'), '.');
  const add = (bytes: string | Buffer, mediaType: string) => {
    const hash = createHash('sha256').update(bytes).digest('hex');
    writeFileSync(join(blobs, hash), bytes);
    return { mediaType, digest: `sha256:${hash}`, size: Buffer.byteLength(bytes) };
  };
  const type = (name: string) => `application/vnd.oci.image.${name}`;
  const layer = add(Buffer.from(must('cat', join(home, 'layer.tar'))), type('layer.v1.tar'));
  const config = add(
    JSON.stringify({
      architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
      os: 'linux',
      config: {},
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
    type('config.v1+json'),
  );
  const manifest = add(
    JSON.stringify({ schemaVersion: 2, mediaType: type('manifest.v1+json'), config, layers: [layer] }),
    type('manifest.v1+json'),
  );
  const annotations = {
    'io.containerd.image.name': 'docker.io/library/small:latest',
    'org.opencontainers.image.ref.name': 'latest',
  };
  writeFileSync(
    join(layout, 'index.json'),
    JSON.stringify({ schemaVersion: 2, manifests: [{ ...manifest, annotations }] }),
  );
  writeFileSync(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  must('tar', '-C', layout, '-cf', join(home, 'oci.tar'), '.');
}
