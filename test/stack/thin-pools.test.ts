import { describe, expect, test } from 'vitest';
import { probes } from '../../src/probes/index.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { buildStack } from '../../src/stack/build.ts';
import { headroomOf } from '../../src/stack/headroom.ts';

const KIB = 1024;

function roomsOf(text: string) {
  const facts = recognise([makeDocument({ kind: 'paste' }, text)], probes);
  return headroomOf(buildStack(facts), facts);
}

/** As a guest with Docker 20.10 printed it, its pool's numbers given. */
function host(status: string, more = ''): string {
  return `
$ uname -r
6.1.0-56-cloud-amd64
$ df -B1 /var/lib/docker
Filesystem      1B-blocks     Used  Available Use% Mounted on
/dev/vdb       6249086976 85336064 5824851968   2% /var/lib/docker
$ dmsetup table
docker-254:16-24577-pool: 0 2097152 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing
$ dmsetup status --noflush
docker-254:16-24577-pool: 0 2097152 thin-pool 7 ${status}
$ docker info
Server Version: 20.10.24+dfsg1
Storage Driver: devicemapper
 Pool Name: docker-254:16-24577-pool
 Pool Blocksize: 65.54kB
 Data file: /dev/loop0
 Metadata file: /dev/loop1
 Data loop file: /var/lib/docker/devicemapper/devicemapper/data
 Data Space Total: 1.074GB
 Thin Pool Minimum Free Space: 107.3MB
Docker Root Dir: /var/lib/docker
${more}`;
}

const storeOf = (text: string) => roomsOf(text).find((room) => room.consumer === '/var/lib/docker');

describe('headroom of thin pools', () => {
  test('metadata with room enough sets no limit: the data blocks do, less what Docker keeps free', () => {
    const store = storeOf(host('1671/16384 1282/16384 - rw discard_passdown queue_if_no_space - 1024'));
    expect(store?.bytes).toBe((16384 - 1282) * 64 * KIB - 107_300_000);
    expect(store?.stoppedBy?.resource).toBe('minimum free space');
  });

  test('Docker keeps the same part of the metadata free', () => {
    const store = storeOf(host('440/512 1282/16384 - rw discard_passdown queue_if_no_space - 1024'));
    // 72 blocks are free, 10 % of 512 must stay so
    expect(store?.bytes).toBe(20 * 168 * 64 * KIB);
    expect(store?.stoppedBy?.resource).toBe('minimum free space');
  });

  test('the metadata ends first: half as much on kernels that leave its leaves half full, or are not known', () => {
    const volume = `
$ df -B1 -T /srv
Filesystem         Type  1B-blocks     Used  Available Use% Mounted on
/dev/mapper/vg-srv ext4 6249086976 85336064 5824851968   2% /srv
$ dmsetup table
vg-pool-tpool: 0 16777216 thin-pool 253:0 253:1 128 0 1 skip_block_zeroing
vg-srv: 0 12582912 thin 253:2 1
$ dmsetup info -c
Name             Maj Min Stat Open Targ Event  UUID
vg-pool-tpool    253   2 L--w    1    1      0 LVM-x-tpool
vg-srv           253   3 L--w    1    1      0 LVM-y
$ dmsetup status --noflush
vg-pool-tpool: 0 16777216 thin-pool 1 462/512 40000/131072 - rw discard_passdown error_if_no_space - 256
vg-srv: 0 12582912 thin 1024 12582911
`;
    const [now] = roomsOf(`$ uname -r\n6.1.0-56-cloud-amd64\n${volume}`);
    expect(now).toMatchObject({ bytes: 50 * 168 * 64 * KIB, stoppedBy: { resource: 'metadata' } });
    const [before] = roomsOf(`$ uname -r\n5.10.0-8-amd64\n${volume}`);
    expect(before?.bytes).toBe(50 * 126 * 64 * KIB);
    expect(roomsOf(volume)[0]?.bytes).toBe(50 * 126 * 64 * KIB);
  });

  test('a pool that is read-only or has failed takes nothing, whatever is free', () => {
    const closed = storeOf(host('503/512 1282/16384 - ro discard_passdown error_if_no_space needs_check 64'));
    expect(closed).toMatchObject({ bytes: 0, stoppedBy: { resource: 'metadata' } });
    const failed = storeOf(host('').replace('thin-pool 7 ', 'thin-pool Fail'));
    expect(failed?.bytes).toBe(0);
  });
});

const DEVICE = 'docker-254:16-16386-78652b4738018323060112bde3e5b18275b2af699058a9d649dad5cd6ba9800a';
const MNT = '/var/lib/docker/devicemapper/mnt/78652b4738018323060112bde3e5b18275b2af699058a9d649dad5cd6ba9800a';

/** A container on a sparse pool of 4 GiB whose disk has less; `inside` is what its own file system has free. */
const onSparsePool = (inside: number): string => `
$ df -B1 -T
Filesystem Type 1B-blocks Used Available Use% Mounted on
/dev/vdb xfs 1020702720 98062336 922640384 8% /var/lib/docker
/dev/mapper/${DEVICE} xfs 3154116608 ${3154116608 - inside} ${inside} 2% ${MNT}
$ losetup -l
NAME       SIZELIMIT OFFSET AUTOCLEAR RO BACK-FILE DIO LOG-SEC
/dev/loop0         0      0         1  0 /var/lib/docker/devicemapper/devicemapper/data 0 512
/dev/loop1         0      0         1  0 /var/lib/docker/devicemapper/devicemapper/metadata 0 512
$ stat -c '%b %B %s %n' /var/lib/docker/devicemapper/devicemapper/data
155984 512 4294967296 /var/lib/docker/devicemapper/devicemapper/data
$ stat -c '%b %B %s %n' /var/lib/docker/devicemapper/devicemapper/metadata
1672 512 67108864 /var/lib/docker/devicemapper/devicemapper/metadata
$ dmsetup table
docker-254:16-16386-pool: 0 8388608 thin-pool 7:1 7:0 128 32768 1 skip_block_zeroing
${DEVICE}: 0 6291456 thin 253:0 7
$ dmsetup info -c
Name                     Maj Min Stat Open Targ Event  UUID
docker-254:16-16386-pool 253   0 L--w    1    1      0
$ dmsetup status --noflush
docker-254:16-16386-pool: 0 8388608 thin-pool 5 1670/16384 1228/65536 - rw discard_passdown queue_if_no_space - 1024
${DEVICE}: 0 6291456 thin 137344 6291455
$ docker inspect web
[{"Id":"c949203b28bd97f6f9686ce6e13c9257c4b1eda3e311d4a016552c3497d52b38","Name":"/web","HostConfig":{},"State":{"Status":"running"},
"GraphDriver":{"Name":"devicemapper","Data":{"DeviceName":"${DEVICE}","DeviceSize":"3221225472"}}}]
`;

describe('headroom of a container with a volume of its own', () => {
  const web = (inside: number) => roomsOf(onSparsePool(inside)).find((room) => room.consumer === 'container web');

  test('what is free in its file system, not what is unmapped in its volume', () => {
    const room = web(100_000_000);
    expect(room?.bytes).toBe(100_000_000);
    expect(room?.stoppedBy?.layer).toBe(`fs:${MNT}`);
  });

  test("a nearly full disk below the sparse pool: the pool's metadata and the log take their part of it", () => {
    const room = web(3_095_801_856);
    expect(room?.stoppedBy?.layer).toBe('fs:/var/lib/docker');
    expect(room?.bytes).toBeLessThan(922_640_384 * 0.97);
    expect(room?.bytes).toBeGreaterThan(922_640_384 * 0.96);
  });
});
