import { describe, expect, it } from 'vitest';
import { dockerDmBasesize } from '../../src/causes/docker-dm-basesize.ts';
import { plainFsFull } from '../../src/causes/plain-fs-full.ts';
import { containerFromJson } from '../../src/probes/container-json.ts';
import type { Fact } from '../../src/probes/fact.ts';
import { probes } from '../../src/probes/index.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { buildStack } from '../../src/stack/build.ts';
import { headroomOf } from '../../src/stack/headroom.ts';
import { best, fact, host } from './thin-scene.ts';

const HASH = '1b26f517f2804bdfe979062f1f59bdcbc6aa0a4ba131ace46925024d584d0b44';
const NAME = `docker-254:0-10352-${HASH}`;
const AT = `/var/lib/docker/devicemapper/mnt/${HASH}`;
const MOUNT = `281 90 253:1 / ${AT} rw,relatime shared:6 - xfs /dev/mapper/${NAME} rw,nouuid,attr2,inode64`;
const CONTAINER = {
  Id: '63e655c422e255cd5b5b3279e0cee7484f034318fa801725e06b4746f44e7365',
  Name: '/api',
  State: { Status: 'running', Running: true, Pid: 612, ExitCode: 0, Error: '' },
  HostConfig: {},
  GraphDriver: { Name: 'devicemapper', Data: { DeviceId: '7', DeviceName: NAME, DeviceSize: '536870912' } },
};

/** What a host answered: a container's volume with `free` blocks left, seen from `at`. */
function answers(free: number, at: string): Fact[] {
  const blocks = {
    type: 0x58465342,
    blockSize: 4096,
    blocks: 114688,
    bfree: free,
    bavail: free,
    files: 296,
    ffree: 200,
  };
  const run = (stdout: string, ...argv: string[]) => makeDocument({ kind: 'run', argv }, stdout);
  const daemon = at.startsWith('/proc/153/');
  return [
    ...recognise(
      [
        makeDocument(
          { kind: 'read', path: '/proc/self/mountinfo' },
          `22 1 254:0 / / rw - ext4 /dev/vda rw${daemon ? '' : `\n${MOUNT}`}`,
        ),
        ...(daemon
          ? [
              makeDocument(
                { kind: 'read', path: '/proc/153/mountinfo' },
                `22 1 254:0 / / rw - ext4 /dev/vda rw\n${MOUNT}`,
              ),
            ]
          : []),
        makeDocument({ kind: 'statfs', path: at }, JSON.stringify(blocks)),
        run('  153 dockerd --storage-driver devicemapper', 'ps', '-o', 'pid,args'),
        run(
          'docker-254:0-10352-pool: 0 4194304 thin-pool 7 1707/16384 7956/32768 - rw discard_passdown queue_if_no_space - 1024\n' +
            `${NAME}: 0 1048576 thin 988800 1048575`,
          'dmsetup',
          'status',
          '--noflush',
        ),
        run(
          'docker-254:0-10352-pool: 0 4194304 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing\n' +
            `${NAME}: 0 1048576 thin 253:0 7`,
          'dmsetup',
          'table',
        ),
        run(
          JSON.stringify(CONTAINER),
          'curl',
          '-s',
          '--unix-socket',
          '/run/docker.sock',
          'http://localhost/containers/63e6/json',
        ),
        run(
          `/var/lib/docker/image/devicemapper/layerdb/mounts/${CONTAINER.Id}/mount-id:${HASH}`,
          'grep',
          '-rHs',
          '.',
          '/var/lib/docker/image/devicemapper/layerdb/mounts',
        ),
      ],
      probes,
    ).list,
  ];
}

describe("a container's volume that statfs measured", () => {
  // df -l leaves it out: the colon in its name makes it a remote file system
  for (const [where, at] of [
    ['mounted on the host', AT],
    ["mounted in the daemon's mount namespace alone", `/proc/153/root${AT}`],
  ] as const) {
    it(`is confirmed full by its own blocks, ${where}`, () => {
      const scene = host(...answers(177, at));
      expect(best(dockerDmBasesize, scene)).toMatchObject({ confidence: 'confirmed', subject: 'container api' });
      expect(plainFsFull.find(scene)).toEqual([]);
      expect(dockerDmBasesize.find(host(...answers(40_000, at)))).toEqual([]);
    });

    it(`gives its container as much room as it has free, ${where}`, () => {
      const { facts } = host(...answers(100_000, at));
      const rooms = headroomOf(buildStack(facts), facts).filter((room) => /api|mnt/.test(room.consumer));
      // more than the volume has unmapped blocks: files were deleted in it
      expect(rooms).toMatchObject([{ consumer: 'container api', bytes: 100_000 * 4096 }]);
    });
  }
});

describe('a start that failed', () => {
  const error = `mkdir ${AT}/rootfs/run/api: no space left on device`;
  const stopped = (more: object) => {
    const State = { Status: 'exited', Running: false, Pid: 0, ExitCode: 128, Error: error, ...more };
    const read = containerFromJson({ ...CONTAINER, State });
    return fact('container', read?.container ?? { engine: 'docker', id: '' });
  };
  const pool = (usedData: number) =>
    fact('dm-status', {
      name: 'docker-254:0-10352-pool',
      start: 0,
      length: 4194304,
      target: 'thin-pool',
      thinPool: {
        transactionId: 9,
        usedMetadata: 1751,
        totalMetadata: 16384,
        usedData,
        totalData: 32768,
        mode: 'rw',
        discard: 'discard_passdown',
        whenFull: 'queue',
        needsCheck: false,
      },
    });
  const device = fact('docker-dm-device', { hash: HASH, deviceId: 9, size: 2 ** 29 });

  it('for want of space in its own root, while the pool has room, is confirmed', () => {
    const draft = best(dockerDmBasesize, host(stopped({}), pool(14732), device));
    expect(draft).toMatchObject({ confidence: 'confirmed', subject: 'container api' });
    expect(draft?.evidence[0]?.quote).toBe(error);
    expect(draft?.explanation).toContain('thin device id 9, 512 MiB');
  });

  it('is not proof where the pool is full or was not seen', () => {
    expect(best(dockerDmBasesize, host(stopped({}), pool(32768)))?.confidence).toBe('possible');
    expect(best(dockerDmBasesize, host(stopped({})))?.confidence).toBe('likely');
  });

  it('says nothing of a container that runs, or failed elsewhere', () => {
    expect(dockerDmBasesize.find(host(stopped({ Status: 'running', Pid: 7 }), pool(14732)))).toEqual([]);
    expect(dockerDmBasesize.find(host(stopped({ Error: '' }), pool(14732)))).toEqual([]);
    const elsewhere = 'mkdir /run/user/1000/x: no space left on device';
    expect(dockerDmBasesize.find(host(stopped({ Error: elsewhere }), pool(14732)))).toEqual([]);
  });
});
