import { describe, expect, test } from 'vitest';
import { df } from '../../src/probes/df.ts';
import { file, pasted, ran } from './scan.ts';

const G = 1024 ** 3;
const K = 1024;

function short(text: string) {
  return pasted(df, 'df', text).map(
    (row) =>
      `${row.filesystem}|${row.type ?? ''}|${row.size}|${row.used}|${row.available}|${row.usePercent ?? ''}|${row.mountpoint}`,
  );
}

describe('the dresses of df', () => {
  test('GNU df -h: powers of 1024, rounded up by at most a unit of the last digit', () => {
    expect(
      pasted(df, 'df', 'Filesystem      Size  Used Avail Use% Mounted on\n/dev/vda1        50G  4.7G   46G  10% /'),
    ).toEqual([
      {
        filesystem: '/dev/vda1',
        size: 50 * G,
        used: Math.round(4.7 * G),
        available: 46 * G,
        usePercent: 10,
        mountpoint: '/',
        resolution: G,
      },
    ]);
  });
  test('-B1 -T is exact', () => {
    const text =
      'Filesystem     Type      1B-blocks       Used  Available Use% Mounted on\n/dev/vda       ext4     6249086976  740294656 5169893376  13% /';
    expect(ran(df, 'df', ['df', '-B1', '-T'], text)).toEqual([
      {
        filesystem: '/dev/vda',
        type: 'ext4',
        size: 6249086976,
        used: 740294656,
        available: 5169893376,
        usePercent: 13,
        mountpoint: '/',
      },
    ]);
  });
  test('-k, -P, BusyBox: 1024; a long device pushes the figures onto the next line', () => {
    const text =
      'Filesystem           1K-blocks      Used Available Use% Mounted on\n/dev/mapper/pool-snap-2\n                        498900      1984    460220   0% /';
    expect(ran(df, 'df', ['ctr', 'task', 'exec', 'c1', 'sh', '-c', 'df -k /'], text)).toEqual([
      {
        filesystem: '/dev/mapper/pool-snap-2',
        size: 498900 * K,
        used: 1984 * K,
        available: 460220 * K,
        usePercent: 0,
        mountpoint: '/',
        inContainer: true,
      },
    ]);
  });
  test('a long device with its type on the next line', () => {
    expect(
      short(
        'Filesystem Type Size Used Avail Use% Mounted on\n/dev/mapper/a-very-long-name--of--a--volume\n            xfs   50G   20G   31G  40% /srv',
      ),
    ).toEqual([`/dev/mapper/a-very-long-name--of--a--volume|xfs|${50 * G}|${20 * G}|${31 * G}|40|/srv`]);
  });
  test('macOS: blocks of 512, inodes between capacity and mount point', () => {
    const text =
      'Filesystem     512-blocks     Used  Available Capacity iused      ifree %iused  Mounted on\n/dev/disk3s1s1 1000000 20000 900000     3%  575614 4293938969    0%   /';
    expect(short(text)).toEqual([`/dev/disk3s1s1||${512e6}|${20000 * 512}|${900000 * 512}|3|/`]);
  });
  test('--output with inodes behind the blocks; 4K-blocks; 1MB-blocks', () => {
    expect(
      short(
        'Filesystem     Type   1B-blocks       Used  Avail Use% Inodes IUsed IFree Mounted on\n/dev/loop0     btrfs 4294967296 4038512640 503808 100%      0     0     0 /mnt',
      ),
    ).toEqual(['/dev/loop0|btrfs|4294967296|4038512640|503808|100|/mnt']);
    expect(short('Filesystem 4K-blocks Used Available Use% Mounted on\n/dev/sda1 100 50 50 50% /')).toEqual([
      '/dev/sda1||409600|204800|204800|50|/',
    ]);
    expect(short('Filesystem 1MB-blocks Used Available Use% Mounted on\n/dev/sda1 100 50 50 50% /')).toEqual([
      '/dev/sda1||100000000|50000000|50000000|50|/',
    ]);
  });
  test('-H counts in powers of 1000, which only the command tells', () => {
    expect(short('$ df -H /\nFilesystem Size Used Avail Use% Mounted on\n/dev/sda1 54G 10G 44G 19% /')).toEqual([
      `/dev/sda1||${54e9}|${10e9}|${44e9}|19|/`,
    ]);
  });
});

test.each([
  ['Japanese', 'ファイルシス          タイプ サイズ  使用  残り 使用% マウント位置', true],
  ['German', 'Dateisystem           Typ   Größe Benutzt Verf. Verw% Eingehängt auf', true],
  ['French', 'Sys. de fichiers      Type  Taille Utilisé Dispo Uti% Monté sur', true],
  ['Spanish', 'S.ficheros            Tipo  Tamaño Usados  Disp Uso% Montado en', true],
  ['Portuguese', 'Sist. Arq.            Tipo  Tam. Usado Disp. Uso% Montado em', true],
  ['Chinese', '文件系统              类型  容量  已用  可用 已用% 挂载点', true],
  ['Russian', 'Файл.система          Тип   Размер Использовано  Дост Использовано% Cмонтировано в', true],
])('a %s header: rows go by shape', (_, header) => {
  expect(short(`${header}\n/dev/mapper/vg-docker btrfs     30G   17G   13G   57% /var/lib/docker`)).toEqual([
    `/dev/mapper/vg-docker|btrfs|${30 * G}|${17 * G}|${13 * G}|57|/var/lib/docker`,
  ]);
});

test.each([
  'Dateisystem 1K-Blöcke Benutzt Verfügbar Verw% Eingehängt auf',
  'Sys. de fichiers blocs de 1K Utilisé Disponible Uti% Monté sur',
  'S.ficheros bloques de 1K Usados Disponibles Uso% Montado en',
  '文件系统 1K-块 已用 可用 已用% 挂载点',
])('%s: bare numbers are KiB', (header) => {
  expect(short(`${header}\n/dev/sda1 1000 400 600 40% /`)).toEqual([
    `/dev/sda1||${1000 * K}|${400 * K}|${600 * K}|40|/`,
  ]);
});

describe('pastes', () => {
  test('collapsed blanks, quote marks, bold, prose in front, no header', () => {
    expect(short('> /dev/sdb3 746G 131G 614G 18% /\n\nand then **/dev/sda1 20G 20G 0 100% /**')).toEqual([
      `/dev/sdb3||${746 * G}|${131 * G}|${614 * G}|18|/`,
      `/dev/sda1||${20 * G}|${20 * G}|0|100|/`,
    ]);
  });
  test('all line breaks lost: mount points are glued to the next device', () => {
    const text =
      'Filesystem Type Size Used Avail Use% Mounted on/dev/mapper/vg-root xfs 50G 4.7G 45.3 9% /Devtmpfs devtmpfs 1.9G 0 1.9G 0% /devTmpfs tmpfs 1.9G 0 1.9G 0% /dev/shmTmpfs tmpfs 1.9G 8.7M 1.9G 1% /run/dev/sda1 xfs 497M 123M 375M 25% /boottmpfs tmpfs 378M 0 378M 0% /boot2/dev/vdb xfs 300G 145G 155G 48% /dataTmpfs tmpfs 378M 0 378M 0% /run/user/0';
    expect(pasted(df, 'df', text).map((row) => `${row.filesystem} ${row.mountpoint}`)).toEqual([
      '/dev/mapper/vg-root /',
      'devtmpfs /dev',
      'tmpfs /dev/shm',
      'tmpfs /run',
      '/dev/sda1 /boot',
      'tmpfs /boot2',
      '/dev/vdb /data',
      'tmpfs /run/user/0',
    ]);
    // the unit of `45.3` was lost as well: no byte has a fraction
    expect(pasted(df, 'df', text)[0]?.available).toBe(Math.round(45.3 * G));
  });
  test('lost line breaks without a type column', () => {
    expect(
      short(
        'Filesystem Size Used Avail Use% Mounted ondevtmpfs 1G 0 1G 0% /dev/dev/sda1 50G 50G 20K 100% /tmpfs 1G 0 1G 0% /run',
      ),
    ).toEqual([
      `devtmpfs||${G}|0|${G}|0|/dev`,
      `/dev/sda1||${50 * G}|${50 * G}|${20 * K}|100|/`,
      `tmpfs||${G}|0|${G}|0|/run`,
    ]);
  });
  test('line breaks turned into blanks', () => {
    expect(
      short(
        'Filesystem Type Size Used Avail Use% Mounted on /dev/sda1 ext4 50G 50G 0 100% / tmpfs tmpfs 1G 0 1G 0% /run',
      ),
    ).toEqual([`/dev/sda1|ext4|${50 * G}|${50 * G}|0|100|/`, `tmpfs|tmpfs|${G}|0|${G}|0|/run`]);
  });
  test('a device of `-`, log prefixes and Markdown tables', () => {
    expect(short('Filesystem Size Used Avail Use% Mounted on\n-               9.8G  164M  9.1G   2% /')[0]).toMatch(
      /^-\|\|/,
    );
    expect(short('web_1  | /dev/sda1 10G 5G 5G 50% /')[0]).toMatch(/^\/dev\/sda1\|/);
    expect(short('| /dev/sda1 | 10G | 5G | 5G | 50% | / |')[0]).toBe(`/dev/sda1||${10 * G}|${5 * G}|${5 * G}|50|/`);
  });
});

test('rows printed inside a container are marked', () => {
  const text =
    'Filesystem      Size  Used Avail Use% Mounted on\noverlay         18G   18G     0 100% /\nshm             64M     0   64M   0% /dev/shm\n/dev/sda1        18G   18G     0 100% /etc/hosts';
  expect(pasted(df, 'df', text).map((row) => row.inContainer)).toEqual([true, true, true]);
  const host =
    'Filesystem      Size  Used Avail Use% Mounted on\n/dev/sda1  18G   18G     0 100% /\noverlay         18G   18G     0 100% /var/lib/docker/overlay2/ab/merged\nshm 64M 0 64M 0% /var/lib/docker/containers/ab/mounts/shm';
  expect(pasted(df, 'df', host).map((row) => row.inContainer)).toEqual([undefined, undefined, undefined]);
  expect(
    pasted(df, 'df', '$ kubectl exec -it app-0 -- df -h\n/dev/rbd1 98.2G 4.1G 94.1G 4% /data')[0]?.inContainer,
  ).toBe(true);
});

describe('what is no row of df', () => {
  test.each([
    ['df -i', '$ df -i\nFilesystem Inodes IUsed IFree IUse% Mounted on\n/dev/sda1 6144 3239 2905 53% /'],
    ['whole numbers without header or command', '/dev/sda1 6144 3239 2905 53% /'],
    ['no room at all', 'Filesystem Size Used Avail Use% Mounted on\nnsfs 0 0 0 - /run/docker/netns/ab'],
    [
      'project limits of xfs_quota',
      'Filesystem           1K-blocks       Used  Available  Use% Pathname\n/dev/loop1 4128768 915492 3213276 22% /mnt',
    ],
    ['docker system df', 'Images          54        10        41.87GB   36.40GB (86%)'],
    [
      'macOS: devfs and automounter',
      'Filesystem Size Used Avail Capacity iused ifree %iused Mounted on\ndevfs 206Ki 206Ki 0Bi 100% 714 0 100% /dev\nmap auto_home 0Bi 0Bi 0Bi 100% 0 0 100% /System/Volumes/Data/home',
    ],
    ['prose', 'The disk is at 94% of 936GB and /var/lib/docker takes 50% of it'],
    ['zpool list', 'tank 10G 5G 5G - - 10% 50% 1.00x ONLINE -'],
  ])('%s', (_, text) => expect(short(text)).toEqual([]));
});

test('a saved file is as good as a run', () => {
  expect(
    file(
      df,
      'df',
      '/root/df.txt',
      'Filesystem 1K-blocks Used Available Use% Mounted on\n/dev/sda1 1000 400 600 40% /mnt/a b',
    ),
  ).toMatchObject([{ mountpoint: '/mnt/a b' }]);
});

test('what a host answers is of the host, however it names its /dev/shm', () => {
  const text =
    'Filesystem     Type  1B-blocks  Used  Available Use% Mounted on\n/dev/vdb       xfs   738197504 738177024 20480 100% /var/lib/docker\nshm            tmpfs 1037824000     0 1037824000   0% /dev/shm\n';
  expect(ran(df, 'df', ['df', '-l', '-B1', '-T'], text).map((row) => row.inContainer)).toEqual([undefined, undefined]);
  expect(ran(df, 'df', ['docker', 'exec', 'web', 'df', '-B1', '-T'], text)[0]?.inContainer).toBe(true);
  expect(pasted(df, 'df', text)[0]?.inContainer).toBe(true);
});
