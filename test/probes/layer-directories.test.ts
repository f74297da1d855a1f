import { describe, expect, it } from 'vitest';
import { overlay2OrphanDirs } from '../../src/causes/overlay2-orphan-dirs.ts';
import { plainFsFull } from '../../src/causes/plain-fs-full.ts';
import { rank } from '../../src/causes/rank.ts';
import { directorySize } from '../../src/probes/directory-size.ts';
import { layerDirectories } from '../../src/probes/layer-directories.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { unnamedLayers } from '../../src/probes/unnamed-layers.ts';
import { docker } from '../../src/tools/docker.ts';
import { du } from '../../src/tools/du.ts';
import { df, fact, host, MIB } from '../causes/scene.ts';
import { known } from './scan.ts';

// of a real daemon that was killed while it imported
const IMAGE = '34bf7594eaac705fc5aee539d601798db603d5c9648d129f9fe09e9746057e3c';
const ORPHAN = '5c2087c11bf99d7ea5cdec7c2645ec31d72d6166a00993ad3c870f161b69e33e';
const CONTAINER = '7ab9c0d6a9dda9c750922dae583ab1296b76eaeff6441e2639d1234c33f16ac5';
const ROOT = '/var/lib/docker';
const DIRECTORIES = `1795245706.1021739370 d ${ROOT}/overlay2/${IMAGE}
1795245707.0547197330 d ${ROOT}/overlay2/${ORPHAN}
1795245721.4419982320 d ${ROOT}/overlay2/${CONTAINER}
1795245706.1044805910 d ${ROOT}/overlay2/${CONTAINER}-init
1795245706.1044805910 d ${ROOT}/overlay2/xw3q5mwsq6njrz2lduyaayz9e
1795245718.9626574810 d ${ROOT}/overlay2/l
1795245720.5400396020 f /run/docker.pid`;
const NAMES = `${ROOT}/image/overlay2/layerdb
${ROOT}/image/overlay2/layerdb/sha256/f994e8af3aaadfff4490d9715059a68a0d9bd8bcf3a1e4bbd3289955e15ad18b/cache-id:${IMAGE}
${ROOT}/image/overlay2/layerdb/mounts/8bd9b2d48744c07bc0fd0d62a12bcd3ccdcf8b95c0c97377d96fa37d82488e64/mount-id:${CONTAINER}
${ROOT}/image/overlay2/layerdb/mounts/8bd9b2d48744c07bc0fd0d62a12bcd3ccdcf8b95c0c97377d96fa37d82488e64/init-id:${CONTAINER}-init`;

const listed = (text = DIRECTORIES) => makeDocument({ kind: 'run', argv: docker.layerDirectories(ROOT) }, text, '', 0);
const named = (text: string, status: number) =>
  makeDocument({ kind: 'run', argv: docker.layerNames(ROOT) }, text, '', status);
const facts = (...documents: ReturnType<typeof listed>[]) => recognise(documents, [layerDirectories, directorySize]);
const DAEMON = fact('process', { pid: 74, program: 'dockerd', args: [] });
const unnamed = (...documents: ReturnType<typeof listed>[]) =>
  unnamedLayers(host(...facts(...documents).list, DAEMON).facts).map(({ fact: { value } }) => value.name);

describe('layers that Docker does not know', () => {
  it('are those older than the daemon that its store names nowhere', () => {
    expect(unnamed(listed(), named(NAMES, 0))).toEqual([ORPHAN]);
    const younger = DIRECTORIES.replace('1795245707', '1795245720');
    expect(unnamed(listed(younger), named(NAMES, 0))).toEqual([]);
  });
  it('are all there are where the store is empty', () => {
    expect(
      unnamed(listed(DIRECTORIES.replaceAll('21.4419982320', '06.4')), named(`${ROOT}/image/overlay2/layerdb`, 0)),
    ).toEqual([IMAGE, ORPHAN, CONTAINER, `${CONTAINER}-init`]);
  });
  it('are not known where the store was not read to its end, or nobody knows since when the daemon runs', () => {
    expect(unnamed(listed(), named(NAMES, 1))).toEqual([]);
    expect(unnamed(listed())).toEqual([]);
    expect(unnamed(listed(DIRECTORIES.replace(/.*pid$/, '')), named(NAMES, 0))).toEqual([]);
  });
  it('are only those older than the daemon where nobody saw it run: its file is there', () => {
    const withoutProcesses = (text: string) =>
      unnamedLayers(host(...facts(listed(text), named(NAMES, 0)).list).facts).map(({ fact: { value } }) => value.name);
    expect(withoutProcesses(DIRECTORIES)).toEqual([ORPHAN]);
    expect(withoutProcesses(DIRECTORIES.replace('1795245707', '1795245720'))).toEqual([]);
    expect(withoutProcesses(DIRECTORIES.replace(/.*pid$/, ''))).toEqual([ORPHAN]);
  });
  it('are looked for where a disk runs out, and measured', () => {
    const row = { filesystem: '/dev/sda1', size: 1000, used: 990, available: 10, mountpoint: '/' };
    const asks = (...list: Parameters<typeof known>) => layerDirectories.asks?.(known(...list)) ?? [];
    expect(asks(['df', { ...row, available: 500 }]).every((ask) => ask.deep)).toBe(true);
    const answered = facts(listed(), named(NAMES, 0)).list.map(({ kind, value }) => [kind, value] as never);
    expect(asks(['df', row], ...answered)).toMatchObject([
      { argv: docker.layerDirectories(ROOT), deep: false },
      { argv: docker.layerNames(ROOT), deep: false },
      { argv: du.sizes([`${ROOT}/overlay2/${ORPHAN}`]) },
    ]);
    const btrfs = { engine: 'docker', driver: 'btrfs', root: ROOT } as const;
    expect(asks(['df', row], ['engine', btrfs])).toEqual([]);
  });
  it('that fill the disk are confirmed, and the full disk follows from them', () => {
    const path = `${ROOT}/overlay2/${ORPHAN}`;
    const sizes = makeDocument({ kind: 'run', argv: du.sizes([path]) }, `${170 * 1024}\t${path}`, '', 0);
    const scene = (available: number) =>
      host(...facts(listed(), named(NAMES, 0), sizes).list, DAEMON, df(ROOT, 230 * MIB, available));
    const findings = (available: number) =>
      rank(
        [overlay2OrphanDirs, plainFsFull].flatMap((cause) =>
          cause.find(scene(available)).map((draft) => ({ cause, draft })),
        ),
      ).map(({ cause, confidence, severity, consequenceOf }) => [cause, confidence, severity, consequenceOf]);
    expect(findings(0)).toEqual([
      ['overlay2-orphan-dirs', 'confirmed', 'critical', undefined],
      ['plain-fs-full', 'confirmed', 'critical', 'overlay2-orphan-dirs'],
    ]);
    expect(findings(60 * MIB)).toEqual([['overlay2-orphan-dirs', 'likely', 'notice', undefined]]);
  });
});
