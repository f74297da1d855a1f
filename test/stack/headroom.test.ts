import { describe, expect, test } from 'vitest';
import { probes } from '../../src/probes/index.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { buildStack } from '../../src/stack/build.ts';
import { headroomOf } from '../../src/stack/headroom.ts';

const GIB = 1024 ** 3;

function roomsOf(text: string) {
  const facts = recognise([makeDocument({ kind: 'paste' }, text)], probes);
  return headroomOf(buildStack(facts), facts);
}

describe('headroom from pasted text', () => {
  test('btrfs with every chunk allocated and no metadata left: 0, whatever df says', () => {
    const rooms = roomsOf(`
# df -hT /var/lib/docker
Filesystem            Type   Size  Used Avail Use% Mounted on
/dev/mapper/vg-docker btrfs   30G   17G   13G  57% /var/lib/docker
# btrfs filesystem df /var/lib/docker
Data, single: total=27.22GiB, used=14.55GiB
System, DUP: total=8.00MiB, used=16.00KiB
Metadata, DUP: total=1.38GiB, used=1.03GiB
GlobalReserve, single: total=352.00MiB, used=0.00B
# btrfs filesystem show
Label: none  uuid: 0b6ff9a7-7d3c-45c4-bd6d-0f45d5d1c111
        Total devices 1 FS bytes used 15.58GiB
        devid    1 size 30.00GiB used 30.00GiB path /dev/mapper/vg-docker
`);
    expect(rooms).toHaveLength(1);
    expect(rooms[0]).toMatchObject({
      consumer: '/var/lib/docker',
      bytes: 0,
      dfAvailable: 13 * GIB,
      stoppedBy: { resource: 'metadata' },
    });
  });

  test('a loop-lvm pool is stopped by the file system below it, and Docker by its minimum free space', () => {
    const rooms = roomsOf(`
$ df -B1 /
Filesystem       1B-blocks        Used    Available Use% Mounted on
/dev/sda1      53660876800 46170898432   7489978368  87% /
$ docker info
Server Version: 1.12.3
Storage Driver: devicemapper
 Pool Name: docker-8:1-33517-pool
 Pool Blocksize: 65.54 kB
 Data Space Used: 11.8 MB
 Data Space Total: 107.4 GB
 Data Space Available: 7.433 GB
 Metadata Space Used: 581.6 kB
 Metadata Space Total: 2.147 GB
 Metadata Space Available: 2.147 GB
 Thin Pool Minimum Free Space: 10.74 GB
 Data loop file: /var/lib/docker/devicemapper/devicemapper/data
Docker Root Dir: /var/lib/docker
`);
    const store = rooms.find((room) => room.consumer === '/var/lib/docker');
    expect(store?.bytes).toBe(7489978368);
    expect(store?.stoppedBy?.layer).toBe('fs:/');
  });

  test('what was not shown is unknown, never zero', () => {
    const rooms = roomsOf(
      'Label: none  uuid: 0b6ff9a7-7d3c-45c4-bd6d-0f45d5d1c111\n\tTotal devices 1 FS bytes used 129.40GiB\n\tdevid    1 size 745.06GiB used 745.06GiB path /dev/sdb3\n',
    );
    expect(rooms[0]?.bytes).toBeUndefined();
    expect(rooms[0]?.unknown).toBeDefined();
  });

  test('no inode left: no byte either', () => {
    const rooms = roomsOf(`
$ df -hT /srv
Filesystem     Type  Size  Used Avail Use% Mounted on
/dev/sdb1      ext4  100G   20G   75G  22% /srv
$ df -i /srv
Filesystem      Inodes   IUsed IFree IUse% Mounted on
/dev/sdb1      6553600 6553600     0  100% /srv
`);
    expect(rooms[0]).toMatchObject({ consumer: '/srv', bytes: 0, inodes: 0, stoppedBy: { resource: 'inodes' } });
  });
});
