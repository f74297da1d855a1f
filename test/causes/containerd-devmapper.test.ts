import { describe, expect, it } from 'vitest';
import { containerdDevmapperOutOfStep } from '../../src/causes/containerd-devmapper-out-of-step.ts';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { probes } from '../../src/probes/index.ts';
import { best, fact, host } from './scene.ts';

const ACTIVATING = 3;
const ACTIVATED = 4;
const FAULTY = 13;
const file = '/dm/pool.db';
const snapshots = fact('containerd-dm-snapshots', { file: '/dm/metadata.db', last: 8, ids: [1, 2, 3, 8] });
const device = (number: number, state = ACTIVATED) =>
  fact('containerd-dm-device', { file, name: `pool-snap-${number}`, deviceId: number, size: 2 ** 28, state });
const age = (seconds: number) => fact('file-age', { path: file, seconds });
const process = (program: string) => fact('process', { pid: 7, program, args: [] });
const runs = process('containerd');
const find = (...facts: Parameters<typeof host>) => best(containerdDevmapperOutOfStep, host(...facts));

describe('containerd-devmapper-out-of-step', () => {
  it('is confirmed when the next number is taken and nothing is in the making', () => {
    expect(find(snapshots, device(8), device(9), age(90), runs)).toMatchObject({
      confidence: 'confirmed',
      subject: 'containerd, device pool-snap-9',
    });
    expect(find(snapshots, device(9))?.confidence).toBe('confirmed');
  });

  it('is not sure while a snapshot may be in the making', () => {
    expect(find(snapshots, device(9), age(3), runs)?.confidence).toBe('likely');
    expect(find(snapshots, device(9), runs)?.confidence).toBe('likely');
    expect(find(snapshots, device(9), age(300), runs, process('mkfs.ext4'))?.confidence).toBe('likely');
  });

  it('is nothing where the number is free, or its device may be taken again', () => {
    expect(find(snapshots, device(8), age(90), runs)).toBeUndefined();
    expect(find(snapshots, device(8), device(10), age(90), runs)).toBeUndefined();
    expect(find(snapshots, device(9, FAULTY), age(90), runs)).toBeUndefined();
    // another store's
    const other = fact('containerd-dm-snapshots', { file: '/other/metadata.db', last: 8, ids: [] });
    expect(find(other, device(9), age(90), runs)).toBeUndefined();
  });

  it('takes a restart where containerd itself will call the device faulty', () => {
    expect(find(snapshots, device(9, ACTIVATING), age(90), runs)?.remedies?.[0]).toBe('restart-containerd');
    expect(find(snapshots, device(9, ACTIVATING), age(90))).toBeUndefined();
  });

  it("is confirmed by containerd's own words", () => {
    const [finding] = explainText(
      'ctr: failed to save metadata for device "fc-dev-thinpool-snap-41" (parent: "fc-dev-thinpool-snap-7"): device "fc-dev-thinpool-snap-41" is already there {DeviceID:38 Size:10737418240 Name:fc-dev-thinpool-snap-41 ParentName: State:Activated Error:}: object already exists: unknown',
      probes,
      causes,
    ).findings;
    expect(finding).toMatchObject({
      cause: 'containerd-devmapper-out-of-step',
      confidence: 'confirmed',
      subject: 'containerd, device fc-dev-thinpool-snap-41',
    });
  });

  it('is another matter where some other object exists', () => {
    const { findings } = explainText('ctr: snapshot "web": already exists', probes, causes);
    expect(findings.filter((one) => one.cause === 'containerd-devmapper-out-of-step')).toEqual([]);
  });
});
