import { describe, expect, it } from 'vitest';
import { plainFsFull } from '../../src/causes/plain-fs-full.ts';
import { pullOrBuildStagingTooSmall } from '../../src/causes/pull-or-build-staging-too-small.ts';
import { rank } from '../../src/causes/rank.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { stagedFiles } from '../../src/probes/staged-files.ts';
import { podman } from '../../src/tools/podman.ts';
import { df, host, MIB } from '../causes/scene.ts';
import { known } from './scan.ts';

/** Two imports of Podman 5.4 that were killed, as GNU find 4.10 prints what they left. */
const LEFT = `1795281195.9931418160 153616 /var/tmp/container_images_storage1921063637/1
1795281350.1234567890 153616 /var/tmp/container_images_storage2983573557/1`;
const facts = (text = LEFT) =>
  recognise([makeDocument({ kind: 'run', argv: podman.staged('/var/tmp') }, text, '', 0)], [stagedFiles]).list;

describe('what pulls and builds have put aside', () => {
  it('is known by run, with its size on disk', () => {
    expect(facts().map(({ value }) => value)).toEqual([
      { root: '/var/tmp', name: 'container_images_storage1921063637', bytes: 153616 * 1024, changed: 1795281195 },
      { root: '/var/tmp', name: 'container_images_storage2983573557', bytes: 153616 * 1024, changed: 1795281350 },
    ]);
    expect(facts('1795281195.1 4 /var/tmp/podman2894471234')).toMatchObject([{ value: { name: 'podman2894471234' } }]);
    expect(facts('find: /var/tmp: Permission denied')).toEqual([]);
  });

  it('is looked for where a disk runs out', () => {
    const row = { filesystem: '/dev/sda1', size: 1000, used: 990, available: 10, mountpoint: '/' };
    expect(stagedFiles.asks?.(known(['df', row]))).toMatchObject([{ deep: false }]);
    expect(stagedFiles.asks?.(known(['df', { ...row, available: 500 }]))).toMatchObject([{ deep: true }]);
  });

  it('is the cause where it is most of a full file system, and only there', () => {
    const findings = (available: number, capacity = 320 * MIB, text = LEFT) => {
      const scene = host(...facts(text), df('/var/tmp', capacity, available));
      return rank(
        [pullOrBuildStagingTooSmall, plainFsFull].flatMap((cause) =>
          cause.find(scene).map((draft) => ({ cause, draft })),
        ),
      ).map(({ cause, confidence, severity, subject }) => [cause, confidence, severity, subject]);
    };
    expect(findings(0)).toEqual([
      ['pull-or-build-staging-too-small', 'confirmed', 'critical', '/var/tmp'],
      ['plain-fs-full', 'confirmed', 'warning', '/var/tmp'],
    ]);
    expect(findings(60 * MIB)).toEqual([]);
    // a tenth of a large one: something else fills it
    expect(findings(0, 3000 * MIB).map(([cause]) => cause)).toEqual(['plain-fs-full']);
    expect(findings(0, 320 * MIB, '').map(([cause]) => cause)).toEqual(['plain-fs-full']);
  });
});
