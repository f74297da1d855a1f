import { expect, test } from 'vitest';
import { containerLogs } from '../../src/probes/container-logs.ts';
import { containerd } from '../../src/probes/containerd.ts';
import { deletedOpenScan } from '../../src/probes/deleted-open-scan.ts';
import { dmsetupInfo } from '../../src/probes/dmsetup-info.ts';
import { dmsetupStatus } from '../../src/probes/dmsetup-status.ts';
import { dmsetupTable } from '../../src/probes/dmsetup-table.ts';
import { dockerContainers } from '../../src/probes/docker-containers.ts';
import { dockerDirs } from '../../src/probes/docker-dirs.ts';
import { dockerImages } from '../../src/probes/docker-images.ts';
import { dockerInfo } from '../../src/probes/docker-info.ts';
import { dockerSystemDf } from '../../src/probes/docker-system-df.ts';
import { dockerVolumes } from '../../src/probes/docker-volumes.ts';
import type { Origin } from '../../src/probes/document.ts';
import { engineConfig } from '../../src/probes/engine-config.ts';
import { lvmConfig } from '../../src/probes/lvm-config.ts';
import { lvs } from '../../src/probes/lvs.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { podmanInfo } from '../../src/probes/podman-info.ts';
import { podmanSystemDf } from '../../src/probes/podman-system-df.ts';
import { processes } from '../../src/probes/processes.ts';
import { pvs } from '../../src/probes/pvs.ts';
import { serviceState } from '../../src/probes/service-state.ts';
import { socketAccess } from '../../src/probes/socket-access.ts';
import { vgs } from '../../src/probes/vgs.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

const PROBES = [
  containerLogs,
  containerd,
  deletedOpenScan,
  dmsetupInfo,
  dmsetupStatus,
  dmsetupTable,
  dockerContainers,
  dockerDirs,
  dockerImages,
  dockerInfo,
  dockerSystemDf,
  dockerVolumes,
  engineConfig,
  lvmConfig,
  lvs,
  podmanInfo,
  podmanSystemDf,
  processes,
  pvs,
  serviceState,
  socketAccess,
  vgs,
];

/** Pieces of every source, to be cut, joined and repeated. */
const PIECES = [
  'Storage Driver: devicemapper',
  ' Pool Name: p',
  ' Data Space Used: 107.4 GB',
  ' Data Space Total: -1 GB',
  ' Metadata Space Used: 99999999999999999999 GB',
  'Server Version: 1.6.2',
  'Images 9 2 243.2MB 148.8MB (61%)',
  'Build Cache 1 1 -3B -3B',
  'Build cache usage: 5GB',
  'VOLUME NAME LINKS SIZE',
  'data1 1 31.46MB',
  'f34cee76e36a xx "cmd" 3 weeks ago Exited (137) 3 hours ago name -1B (virtual 1.98MB)',
  'app 1 dbfdc316f048 18 seconds ago 159MB',
  'pool: 0 5242880 thin-pool 10 454/4096 5120/5120 - out_of_data_space discard_passdown queue_if_no_space - 1024',
  'x: 0 8 thin 253:3 7',
  '0 8 thin 0 -',
  'dmsetup table x',
  'a (253:1)',
  'pool docker twi-aot-D- 2.50g 100.00 11.08 monitored',
  '  LV VG LSize Data%',
  'docker 1 1 0 wz--n- <3.00g 476.00m',
  '/dev/vdb docker lvm2 a-- <3.00g 476.00m',
  'LV Name x',
  'LV Size -5 GiB',
  'thin_pool_autoextend_threshold=80',
  '{"device_id":-4,"size":1e400}',
  `== ${'a'.repeat(64)}`,
  '{"Id":"aaaaaaaaaaaa","State":{},"HostConfig":{"ShmSize":-1,"LogConfig":null}}',
  '{"LayersSize":-1,"Images":[null,{"Size":-1}],"Containers":[{"SizeRw":-5}],"Volumes":[{"UsageData":null}],"BuildCache":[{"Size":1e999}]}',
  '{"Driver":"x","DriverStatus":[["a"],[1,2],null]}',
  'graphRoot: /x',
  'graphRootUsed: -4',
  'freeLocks: 1e9',
  '{"store":{"graphDriverName":7,"graphRoot":[]}}',
  ' 812 /usr/bin/dockerd -H x',
  'mnt:[40265]',
  '# cat /etc/docker/daemon.json',
  '{',
  '}',
  '[',
  ']',
  'KEY SIZE INODES',
  'c1 50.0 MiB 0',
  '# systemctl is-active docker',
  'active',
  '8 512 4096 1 5 /proc/9/fd/7',
  '**',
  '`',
  '│',
  '\t',
  '\u0000',
  '\u001b[31m',
];

const ORIGINS: Origin[] = [
  { kind: 'paste' },
  { kind: 'run', argv: ['sh', '-c', 'docker info; dmsetup status'] },
  { kind: 'run', argv: ['find', '%b %B %s %n', '%b %B %s %d %i %n'] },
  { kind: 'read', path: '/etc/docker/daemon.json' },
  { kind: 'read', path: '/etc/containerd/config.toml' },
  { kind: 'read', path: '/var/lib/kubelet/config.yaml' },
  { kind: 'read', path: '/proc/5/cmdline' },
];

const piece = fc.oneof(
  fc.constantFrom(...PIECES),
  fc.constantFrom(...PIECES).chain((one) => fc.nat(one.length).map((at) => one.slice(0, at))),
  fc.string({ maxLength: 40 }),
  fc.json({ maxDepth: 3 }),
);
const texts = fc
  .array(fc.tuple(piece, fc.constantFrom('\n', '\n', '\n  ', ' ', '', '\n\n', '\n$ ', '\n# ')), { maxLength: 25 })
  .map((list) => list.map((pair) => pair.join('')).join(''));

function badNumber(value: unknown): boolean {
  if (typeof value === 'number') return !Number.isFinite(value) || value < 0;
  return typeof value === 'object' && value !== null && Object.values(value).some(badNumber);
}

test('no text makes a probe throw, or say a number that cannot be', () => {
  fc.assert(
    fc.property(texts, fc.constantFrom(...ORIGINS), (text, origin) => {
      const document = makeDocument(origin, text);
      for (const probe of PROBES) {
        probe.recognises(document);
        for (const one of probe.scan(document)) {
          // a configuration is passed on as it was written
          if (one.kind !== 'engine-config')
            expect(badNumber(one.value), `${probe.id}: ${JSON.stringify(one.value)}`).toBe(false);
          expect(JSON.stringify(one)).not.toContain('undefined');
        }
      }
    }),
    { numRuns: 400 },
  );
});

test('long lines and endless blanks cost no more than their length', () => {
  const filler = [' ', 'a', '9', '0 ', '/', ': ', '-', '"', '{"', 'ago ', 'Storage Driver: ', '=='];
  for (const unit of filler) {
    const line = unit.repeat(Math.floor(8000 / unit.length));
    const document = makeDocument({ kind: 'paste' }, Array.from({ length: 25 }, () => `${line} x`).join('\n'));
    const begin = process.cpuUsage();
    for (const probe of PROBES) if (probe.recognises(document)) probe.scan(document);
    for (const probe of PROBES) probe.scan(document);
    expect(spent(begin), JSON.stringify(unit)).toBeLessThan(4000);
  }
});
