import { describe, expect, it } from 'vitest';
import { devicemapperRemovedFromDocker } from '../../src/causes/devicemapper-removed-from-docker.ts';
import { explainText } from '../../src/causes/explain.ts';
import { causes } from '../../src/causes/index.ts';
import { probes } from '../../src/probes/index.ts';
import { best, fact, host, text } from './scene.ts';

const hash = '2'.repeat(64);
const layer = fact('docker-dm-device', { hash, root: '/var/lib/docker', deviceId: 4, size: 536_870_912 });
const base = fact('docker-dm-device', { hash: 'base', root: '/var/lib/docker', deviceId: 1, size: 536_870_912 });
const mount = fact('docker-mount-id', { container: '1'.repeat(64), mountId: hash });
const configured = fact('engine-config', {
  file: '/etc/docker/daemon.json',
  engine: 'docker',
  values: { 'storage-driver': 'devicemapper' },
});
const installed = (version: string) => fact('engine', { engine: 'docker', version });
const daemon = (version: string, driver: string, images: number, containers: number) =>
  fact('engine', { engine: 'docker', version, driver, root: '/var/lib/docker', images, containers });
const find = (...facts: Parameters<typeof host>) => best(devicemapperRemovedFromDocker, host(...facts));

describe('devicemapper-removed-from-docker', () => {
  it("is confirmed by the daemon's own words", () => {
    const [finding] = explainText(
      [
        '# dockerd --version',
        'Docker version 26.1.5+dfsg1, build 411e817',
        '# docker info',
        ' Server Version: 26.1.5+dfsg1',
        '# dockerd',
        'failed to start daemon: error initializing graphdriver: [graphdriver] ERROR: the devicemapper storage-driver has been deprecated and removed; visit https://docs.docker.com/go/storage-driver/ for more information: devicemapper',
      ].join('\n'),
      probes,
      causes,
    ).findings;
    expect(finding).toMatchObject({ cause: 'devicemapper-removed-from-docker', severity: 'critical' });
  });

  it('is confirmed where the installed daemon lacks the driver it is configured for and does not run', () => {
    expect(find(installed('26.1.5+dfsg1'), configured, base, layer, mount)).toMatchObject({
      confidence: 'confirmed',
      subject: 'the Docker daemon',
    });
    expect(find(installed('26.1.5+dfsg1'), configured, base, layer, mount)?.explanation).toMatch(
      /the records of 1 layer, those of 1 container among them/,
    );
    expect(find(installed('26.1.5'), configured)?.confidence).toBe('confirmed');
    expect(find(installed('24.0.7'), configured, layer)).toBeUndefined();
    expect(find(configured, layer)).toBeUndefined();
    // the program from before the upgrade may still run
    const still = fact('process', { pid: 7, program: 'dockerd', args: [] });
    expect(find(installed('26.1.5'), configured, layer, still)).toBeUndefined();
  });

  it('is a warning where the daemon came up with nothing beside the old layers', () => {
    expect(find(daemon('26.1.5', 'overlay2', 0, 0), base, layer, mount)).toMatchObject({
      confidence: 'confirmed',
      severity: 'warning',
      subject: '/var/lib/docker/devicemapper',
    });
    // a base device alone holds nobody's data
    expect(find(daemon('26.1.5', 'overlay2', 0, 0), base)).toBeUndefined();
    expect(find(daemon('20.10.24', 'overlay2', 0, 0), layer)).toBeUndefined();
    expect(find(daemon('20.10.24', 'devicemapper', 2, 3), layer)).toBeUndefined();
  });

  it('is a notice where people have long worked with the other driver', () => {
    expect(find(daemon('28.0.1', 'overlay2', 12, 4), layer)).toMatchObject({
      confidence: 'possible',
      severity: 'notice',
    });
  });

  it('is expected of a stopped daemon with the old layers', () => {
    expect(find(installed('26.1.5'), base, layer)).toMatchObject({ confidence: 'likely', severity: 'warning' });
    expect(find(installed('26.1.5'), base)).toBeUndefined();
  });

  it('is not read out of pasted records', () => {
    expect(devicemapperRemovedFromDocker.find(text(daemon('26.1.5', 'overlay2', 0, 0), layer))).toEqual([]);
  });
});
