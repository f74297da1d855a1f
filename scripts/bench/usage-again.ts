/**
 * `npx tsx scripts/bench/usage-again.ts [RUNS [FILES]]`, also part of `npm run bench`: the second run of
 * `ullage usage` over an overlay2 store, whose finished layers are known from the first, and both
 * against du and dust; with the caches of the file system warm, and with them dropped.
 */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { lacking } from '../../test/kernel/ready.ts';
import { FakeDocker, randomFrom } from '../../test/usage/engine.ts';
import { compare, must, newerPeer, type Side } from './compare.ts';

const IMAGES = 12;
const LAYERS = 4;
const FILES = 500_000;
/** of a base image: files by directory; one in so many has content, which no scan reads */
const A_DIRECTORY = 12;
const WITH_CONTENT = 8;

/** ext4 is read from its device, XFS by paths, as all others are. */
const MAKE = {
  ext4: ['mkfs.ext4', '-q', '-F', '-N'],
  xfs: ['mkfs.xfs', '-q', '-f'],
} as const;

export async function benchUsageAgain(runs: number, files = FILES): Promise<void> {
  for (const kind of ['ext4', 'xfs'] as const) {
    const lack = lacking(['loop', MAKE[kind][0], 'du']);
    if (lack) console.log(`SKIPPED usage of an overlay2 store on ${kind}: needs ${lack}`);
    else await bench(kind, runs, files);
  }
}

async function bench(kind: keyof typeof MAKE, runs: number, files: number): Promise<void> {
  const home = mkdtempSync(join(tmpdir(), 'ullage-bench-'));
  const image = join(home, 'image');
  const at = join(home, 'mounted');
  const mount = (): unknown => must('mount', '-o', 'loop', image, at);
  try {
    mkdirSync(at);
    writeFileSync(image, '');
    truncateSync(image, 4 * 2 ** 30);
    must(...MAKE[kind], ...(kind === 'ext4' ? [String(Math.ceil(files * 1.4))] : []), image);
    mount();
    const root = join(at, 'docker');
    fill(new FakeDocker(root, randomFrom(9)), files);
    must('sync', '-f', at);
    // what changed a moment ago is not kept for the next run
    await new Promise((resolve) => setTimeout(resolve, 5000));
    const cache = join(home, 'cache');
    const usage = [process.execPath, 'dist/bin/ullage.cjs', 'usage', '--json', '--quiet', root];
    const again: Side = { commands: [['env', `XDG_CACHE_HOME=${cache}`, ...usage]] };
    const anew = (): void => rmSync(cache, { recursive: true, force: true });
    // the image's own pages too: only then the disk is read
    const drop = (): void => {
      must('umount', at);
      must('dd', `of=${image}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0', 'status=none');
      mount();
    };
    const runner = newerPeer('du-dust');
    const dust = runner === undefined ? undefined : [runner, 'dust'];
    const version =
      dust &&
      must(...dust, '--version')
        .trim()
        .split(' ')
        .at(-1);
    const du = must('du', '--version').split('\n')[0]?.split(' ').at(-1);
    for (const [state, before] of [
      ['warm', undefined],
      ['cold', drop],
    ] as const) {
      const few = before ? Math.min(runs, 3) : runs;
      const cold = before ? { before } : {};
      const first: Side = {
        ...again,
        before: () => {
          anew();
          before?.();
        },
      };
      const second: Side = { ...again, ...cold };
      const whole: Side = { commands: [[...usage, '--no-cache']], ...cold };
      const duSide: Side = { commands: [['du', '-sx', root]], ...cold };
      const what = `usage of an overlay2 store on ${kind}, ${files} files, ${state}`;
      // on XFS layers are kept ten minutes after their last change, which no bench waits for
      if (kind === 'ext4') compare(`${what}: second run / first`, second, first, few, 'goal: at most 0.10');
      compare(`${what}: --no-cache / du ${du} -sx`, whole, duSide, few, 'goal: wall at most 1.0 warm');
      if (kind === 'ext4') compare(`${what}: second run / du ${du} -sx`, second, duSide, few, 'no goal');
      if (dust === undefined) console.log(`SKIPPED ${what} / dust: needs du-dust of a newer Debian`);
      else
        compare(
          `${what}: --no-cache / dust ${version}`,
          whole,
          { commands: [[...dust, '-P', '-x', root]], ...cold },
          few,
          'goal: wall at most 0.85 warm, 0.65 cold',
        );
    }
  } finally {
    spawnSync('umount', [at], { stdio: 'ignore' });
    rmSync(home, { recursive: true, force: true });
  }
}

/** Images of several layers each, the lower ones large as base images are. */
function fill(docker: FakeDocker, files: number): void {
  for (let i = 0; i < IMAGES; i++) for (const step of docker.pull(LAYERS)) step();
  const names = must('ls', join(docker.root, 'overlay2'))
    .split('\n')
    .filter((name) => name !== '' && name !== 'l');
  const text = 'x'.repeat(6000);
  for (let i = 0; i < files; i++) {
    const layer = names[Math.floor((i * names.length) / files)] ?? '';
    const directory = join(
      docker.root,
      'overlay2',
      layer,
      'diff',
      `d${Math.floor(i / A_DIRECTORY / 20)}`,
      `e${Math.floor(i / A_DIRECTORY)}`,
    );
    mkdirSync(directory, { recursive: true });
    writeFileSync(join(directory, `f${i}`), i % WITH_CONTENT ? '' : text.slice(0, (i * 7919) % 6000));
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href)
  await benchUsageAgain(Number(process.argv[2] ?? 7), Number(process.argv[3] ?? FILES));
