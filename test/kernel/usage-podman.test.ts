import { type ChildProcess, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { sceneOf } from '../../src/causes/diagnose.ts';
import { localHost } from '../../src/host/local.ts';
import { processesOf } from '../../src/host/process-files.ts';
import { makePlan } from '../../src/plan/make-plan.ts';
import type { Plan } from '../../src/plan/plan.ts';
import { apply, resume } from '../../src/plan/session.ts';
import { Facts } from '../../src/probes/fact.ts';
import { podmanInfo } from '../../src/probes/podman-info.ts';
import { cleanStagingDir } from '../../src/remedies/plans/clean-staging-dir.ts';
import { podman as toolPodman } from '../../src/tools/podman.ts';
import type { UsageDocument } from '../../src/usage/document.ts';
import { lookAtPaths } from '../../src/usage/look.ts';
import { makeDocument } from '../../src/usage/make-document.ts';
import { stagedLedger } from '../../src/usage/staged.ts';
import { ran } from '../probes/scan.ts';
import { kernelSuite } from './ready.ts';
import { sleep } from './support/leftovers.ts';
import { importFiles, type Podman, podmanAt } from './support/podman.ts';
import { type Registry, type RegistryImage, randomImage, serveImage, writeLayout } from './support/registry.ts';

const du = (...paths: string[]) =>
  Number(
    execFileSync('du', ['-scx', '-B1', ...paths], { encoding: 'utf8' })
      .trim()
      .split('\n')
      .at(-1)
      ?.split('\t')[0],
  );

kernelSuite('usage of a real Podman whose pulls are killed', ['podman', 'tar'], () => {
  let home = '';
  let podman: Podman;
  let registry: Registry;
  let image: RegistryImage;
  let healthy: string[];

  const usage = async (): Promise<UsageDocument> =>
    makeDocument(await lookAtPaths([podman.root], { now: Date.now() }), Date.now());
  const layerNames = () => readdirSync(join(podman.root, 'overlay')).filter((name) => /^[0-9a-f]{64}$/.test(name));
  const left = () => layerNames().filter((name) => !healthy.includes(name));
  const pull = (...words: string[]) => ['pull', '--quiet', '--tls-verify=false', ...words];
  const kill = async (child: ChildProcess) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  const until = async (what: string, so: () => boolean | Promise<boolean>) => {
    for (const end = Date.now() + 120_000; !(await so()); await sleep(5))
      if (Date.now() > end) throw new Error(`not within two minutes: ${what}`);
  };
  /** what lies in the store beyond its healthy layers, and each byte of it once */
  const expectLeft = async () => {
    let document = await usage();
    // whoever unpacked for the one that was killed ends behind it
    for (const end = Date.now() + 60_000; document.notJudged.length > 0 && Date.now() < end; ) {
      const there = left().map((name) => join(podman.root, 'overlay', name));
      for (const { path } of document.orphans) expect(there).toContain(path);
      await sleep(50);
      document = await usage();
    }
    expect(document.notJudged).toEqual([]);
    expect(document.orphans.map(({ path }) => path).sort()).toEqual(
      left()
        .map((name) => join(podman.root, 'overlay', name))
        .sort(),
    );
    expect(document.totals.onDisk).toBe(du(podman.root));
    const files = left().flatMap((name) =>
      [`overlay/${name}`, `overlay-layers/${name}.tar-split.gz`].map((path) => join(podman.root, path)),
    );
    const there = files.filter((path) => existsSync(path));
    expect(document.totals.orphaned).toBe(there.length > 0 ? du(...there) : 0);
    return document;
  };

  beforeAll(async () => {
    home = mkdtempSync(join(tmpdir(), 'ullage-podman-'));
    podman = podmanAt(home);
    image = randomImage(3, 12, 64 * 1024);
    registry = await serveImage(image);
    await importFiles(podman, home, 'localhost/base:1', { data: randomBytes(300_000) });
    await podman.run('create', '--name', 'kept', '--network', 'none', 'localhost/base:1', '/data');
    healthy = layerNames();
  });
  beforeEach(() => rmSync(podman.staging, { recursive: true, force: true }));
  afterAll(() => {
    registry?.close();
    podman?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test('a healthy store has none', async () => {
    expect(healthy).toHaveLength(2);
    const document = await expectLeft();
    expect(document.totals.orphaned).toBe(0);
  });

  test.each([
    [0, 0.5, 0],
    [1, 0.5, 1],
    [2, 0.9, 2],
  ])('killed in layer %i, %d of it there: %i whole layers are left', async (layer, part, whole) => {
    execFileSync('mkdir', ['-p', podman.staging]);
    registry.stall(layer, part);
    const child = podman.start(...pull(registry.name));
    await registry.stalled();
    await until('layers below it are whole', () => left().length === whole && records().every((one) => !one.flags));
    // at work, between two layers: nothing of the store is locked or open
    const during = await usage();
    expect(during.orphans).toEqual([]);
    if (whole > 0) expect(during.notJudged[0]?.why).toMatch(/podman \(process \d+\) is at work/);
    expect(during.totals.onDisk).toBe(du(podman.root));
    await kill(child);
    expect(left()).toHaveLength(whole);
    const document = await expectLeft();
    for (const { proof } of document.orphans) expect(proof).toMatch(/no image and no container stands on it/);
    // Podman itself neither shows nor removes it, and takes it up with the next pull
    await podman.run('image', 'prune', '--force');
    expect(left()).toHaveLength(whole);
    registry.stall(-1, 1);
    await podman.run(...pull(registry.name));
    expect((await usage()).orphans).toEqual([]);
    await podman.run('rmi', registry.name);
    expect(left()).toEqual([]);
  });

  const listed = <T>(file: string): T[] => {
    try {
      return JSON.parse(readFileSync(join(podman.root, file), 'utf8')) as T[];
    } catch {
      return [];
    }
  };
  const records = () => listed<{ id: string; flags?: { incomplete?: boolean } }>('overlay-layers/layers.json');
  const images = () => listed<{ id: string }>('overlay-images/images.json');

  test('killed while layers are unpacked from a layout and an archive: just what is left, and Podman goes on', async () => {
    execFileSync('mkdir', ['-p', podman.staging]);
    writeLayout(randomImage(3, 40, 96 * 1024), join(home, 'layout'), '1');
    const id = await podman.run('pull', '--quiet', 'oci:layout:1');
    await podman.run('save', '--quiet', '-o', 'archive.tar', id);
    await podman.run('rmi', id);
    expect(left()).toEqual([]);
    let partial = 0;
    let strikes = 0;
    const many = process.env['ULLAGE_KILLS'] ? Number(process.env['ULLAGE_KILLS']) : 2;
    for (const source of ['oci:layout:1', 'docker-archive:archive.tar']) {
      // one at least has to come in the middle of a layer
      for (let strike = 0; strike < many || (partial === 0 && strike < 12); strike++) {
        const child = podman.start('pull', '--quiet', source);
        const wanted = (strike % 3) + 1;
        const begun = () => left().length >= wanted && records().some(({ flags }) => flags?.incomplete);
        await until('a layer is begun', () => begun() || child.exitCode !== null);
        await sleep(Math.floor(strike / 3) * 15);
        await kill(child);
        // it had written its image down: all has an owner, and a later strike would be later still
        if (child.exitCode !== null || images().length > 1) break;
        strikes++;
        partial += records().filter(({ flags }) => flags?.incomplete).length;
        await expectLeft();
      }
      const again = await podman.run('pull', '--quiet', source);
      expect((await usage()).orphans).toEqual([]);
      await podman.run('rmi', again);
      expect(left()).toEqual([]);
    }
    // ULLAGE_KILLS=NUMBER in the environment kills so many of each
    expect(strikes).toBeGreaterThan(0);
    expect(partial).toBeGreaterThan(0);
  });

  test('what killed runs put aside is removed as a plan: nothing while one is at work, then to the byte', async () => {
    execFileSync('mkdir', ['-p', podman.staging]);
    execFileSync('mkdir', ['-p', join(podman.staging, 'storage-of-mine/1')]);
    process.env['ULLAGE_STATE_DIR'] = join(home, 'state');
    const plan = (): Promise<Plan> =>
      makePlan(
        cleanStagingDir.draft({
          scene: sceneOf(new Facts([]), 'host'),
          settings: new Map([['older', '0']]),
          id: 'ullage-staged1',
          on: podman.staging,
        }),
        { host: localHost(), id: 'ullage-staged1', remedy: 'clean-staging-dir', title: 'test', finding: null },
      );
    registry.stall(1, 0.5);
    const child = podman.start(...pull(registry.name));
    await registry.stalled();
    await expect(plan()).rejects.toThrow(
      /nothing there may be removed.*storage\d+: (open|podman \(process \d+\) has run)/,
    );
    const staged = async () => {
      const ledger = await stagedLedger(podman.staging, { now: Date.now() });
      return makeDocument(ledger ? [ledger] : [], Date.now());
    };
    const during = await staged();
    expect(during.orphans).toEqual([]);
    expect(during.notJudged[0]?.why).toMatch(/a process has it open|at work/);
    await kill(child);
    // whoever unpacks for the one that was killed ends behind it, and is at work until then
    await until('nobody is at work', () => processesOf(/^(?:podman$|exe$|storage-)/).users.length === 0);
    const names = readdirSync(podman.staging).filter((name) => name !== 'storage-of-mine');
    expect(names).toHaveLength(1);
    const bytes = du(...names.map((name) => join(podman.staging, name)));
    const behind = await staged();
    expect(behind).toMatchObject({ orphans: [{ exclusive: bytes, path: join(podman.staging, names[0] ?? '') }] });
    expect(behind.totals).toMatchObject({ onDisk: bytes, orphaned: bytes });
    const whole = du(podman.staging);
    const made = await plan();
    expect(made.predicted.freed).toBe(du(...names.map((name) => join(podman.staging, name))));
    const going = { watcher: { step() {}, progress() {}, done() {} }, interrupted: () => false, confirmed: false };
    const first = await apply(made, going);
    expect(first.outcome).toBe('waiting');
    // Podman works without it
    registry.stall(-1, 1);
    await podman.run(...pull(registry.name));
    await podman.run('rmi', registry.name);
    expect(await resume(first.journal, { ...going, confirmed: true })).toMatchObject({ outcome: 'applied' });
    expect(readdirSync(podman.staging)).toEqual(['storage-of-mine']);
    expect(whole - du(podman.staging)).toBe(made.predicted.freed);
  });
});

/** Layers that a program mounts in the kernel's place, as rootless Podman did before Linux 5.13. */
kernelSuite('usage of a real Podman with fuse-overlayfs', ['podman', 'fuse-overlayfs', 'fusermount3', 'tar'], () => {
  let home = '';
  let podman: Podman;

  beforeAll(() => {
    home = mkdtempSync(join(tmpdir(), 'ullage-podman-'));
    const program = execFileSync('sh', ['-c', 'command -v fuse-overlayfs'], { encoding: 'utf8' }).trim();
    podman = podmanAt(home, [`mount_program = "${program}"`]);
  });
  afterAll(() => {
    podman?.close();
    rmSync(home, { recursive: true, force: true });
  });

  test.skipIf(!existsSync('/dev/fuse'))('is named, each byte once, nothing without an owner', async () => {
    await importFiles(podman, home, 'localhost/base:1', { data: randomBytes(700_000), gone: randomBytes(90_000) });
    const container = await podman.run('create', '--network', 'none', 'localhost/base:1', '/data');
    await podman.run('create', '--network', 'none', 'localhost/base:1', '/data');
    const mounted = await podman.run('mount', container);
    const said = ran(podmanInfo, 'engine', toolPodman.info(), await podman.run(...toolPodman.info().slice(1)));
    expect(said).toMatchObject([{ engine: 'podman', driver: 'overlay (fuse-overlayfs)', root: podman.root }]);
    try {
      expect(readFileSync('/proc/self/mounts', 'utf8')).toContain(`${mounted} fuse.fuse-overlayfs`);
      writeFileSync(join(mounted, 'new'), randomBytes(200_000));
      writeFileSync(join(mounted, 'data'), randomBytes(500_000));
      rmSync(join(mounted, 'gone'));
      execFileSync('sync', ['-f', podman.root]);
      const document = makeDocument(await lookAtPaths([podman.root], { now: Date.now() }), Date.now());
      expect(document).toMatchObject({ orphans: [], notJudged: [], warnings: [] });
      expect(document.sources).toMatchObject([{ what: 'podman', driver: 'overlay (fuse-overlayfs)' }]);
      // du does not cross into the mount either
      expect(document.totals.onDisk).toBe(du(podman.root));
      expect(document.items.filter(({ kind }) => kind === 'container')).toHaveLength(2);
      const one = document.items.find(({ kind, id }) => kind === 'container' && id === container);
      expect(one?.exclusive).toBeGreaterThan(700_000);
      expect(one?.exclusive).toBeLessThan(900_000);
    } finally {
      await podman.run('umount', container);
    }
    const document = makeDocument(await lookAtPaths([podman.root], { now: Date.now() }), Date.now());
    expect(document).toMatchObject({ orphans: [], notJudged: [] });
    expect(document.sources).toMatchObject([{ driver: 'overlay (mount program)' }]);
    expect(document.totals.onDisk).toBe(du(podman.root));
  });
});
