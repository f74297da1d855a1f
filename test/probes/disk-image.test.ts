import { expect, test } from 'vitest';
import { diskImage } from '../../src/probes/disk-image.ts';
import { pasted, ran } from './scan.ts';

const G = 1024 ** 3;

test('qemu-img info: exact where the bytes are printed; the child node is no second image', () => {
  const text = `image: /Users/me/.lima/colima/diffdisk
file format: qcow2
virtual size: 500 GiB (536870912000 bytes)
disk size: 53.5 GiB
Child node '/file':
    file length: 500 GiB (536870912000 bytes)
image: old.img
file format: raw
virtual size: 10G (10737418240 bytes)
disk size: 2.0G`;
  expect(pasted(diskImage, 'disk-image', text)).toEqual([
    { path: '/Users/me/.lima/colima/diffdisk', format: 'qcow2', virtualSize: 536870912000, allocated: 53.5 * G },
    { path: 'old.img', format: 'raw', virtualSize: 10 * G, allocated: 2 * G },
  ]);
  expect(
    ran(
      diskImage,
      'disk-image',
      ['qemu-img', 'info', '--output=json', 'a'],
      '{"virtual-size": 100, "filename": "a", "format": "qcow2", "actual-size": 40}',
    ),
  ).toEqual([{ path: 'a', format: 'qcow2', virtualSize: 100, allocated: 40 }]);
});

test('ls: blocks of 512 on macOS, of 1024 on Linux; only a raw file is as long as its disk', () => {
  expect(
    pasted(
      diskImage,
      'disk-image',
      'ls -lsh ~/x/Docker.raw\n2000 -rw-r--r--@ 1 me  staff    64G 23 Feb 10:31 Docker.raw',
    ),
  ).toEqual([{ path: '~/x/Docker.raw', virtualSize: 64 * G, format: 'raw', allocated: 2000 * 512 }]);
  expect(pasted(diskImage, 'disk-image', '12G -rw-r--r-- 1 root root 20G Nov 21 01:36 docker.img')).toMatchObject([
    { virtualSize: 20 * G, allocated: 12 * G },
  ]);
  expect(pasted(diskImage, 'disk-image', '-rwxrwxrwx 1 me me 251658240 Nov 21 2023 /mnt/c/Users/me/ext4.vhdx')).toEqual(
    [{ path: '/mnt/c/Users/me/ext4.vhdx', allocated: 251658240 }],
  );
  expect(pasted(diskImage, 'disk-image', '-rw-r--r-- 1 root root 20G Nov 21 01:36 backup.tar')).toEqual([]);
});
