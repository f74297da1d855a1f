/**
 * A Docker host before and after an upgrade that takes the devicemapper driver away. Before: the dockerd
 * of Debian 12, with its own pool and its settings in daemon.json, on the Debian 13 guest. After: the guest's own.
 */
import { gzipSync } from 'node:zlib';
import { dockerd } from '../dockerd.ts';
import { contains, holds, lineWith } from '../expect.ts';
import { fileOfImage } from '../guest/file-of-image.ts';
import { container } from '../host-content.ts';
import { APP, BASE } from '../images.ts';
import type { Lab } from '../incident.ts';
import { failed } from '../process.ts';

const ROOT = '/var/lib/docker';
/** Before /usr/sbin in root's PATH. */
const OLD_DOCKERD = '/usr/local/sbin/dockerd';
const SETTINGS = '/etc/docker/daemon.json';
const POOL = 'old-pool';
const FILES = [`${ROOT}/devicemapper/devicemapper/data`, `${ROOT}/devicemapper/devicemapper/metadata`];

/** `web` runs, `batch` is stopped; both are recorded. */
export async function beforeUpgrade(lab: Lab): Promise<void> {
  const { ground } = lab;
  await ground.must(['sh', '-c', 'gunzip >"$1" && chmod 755 "$1"', 'sh', OLD_DOCKERD], {
    input: gzipSync(await fileOfImage('debian12', '/usr/sbin/dockerd'), { level: 1 }),
  });
  // mkfs.xfs of Debian 13 makes none below 300 MB
  const options = ['dm.loopdatasize=1G', 'dm.loopmetadatasize=16M', 'dm.basesize=512M'];
  await settings(lab, { 'storage-driver': 'devicemapper', 'storage-opts': options });
  lab.docker = await dockerd(ground, []);
  await lab.docker.must('load', '--quiet', '--input', ground.imagesTar);
  await container(lab, 'web', APP);
  await container(lab, 'batch', BASE);
  await lab.content.record(lab.docker, 'web', 'batch');
  await lab.docker.must('stop', '-t', '1', 'batch');
}

/** The daemon is stopped, replaced, and does not start: its words. */
export async function upgrade(lab: Lab): Promise<string> {
  await lab.docker.stop();
  // a release upgrade ends with a reboot: no device of the old driver is left active
  await lab.ground.must(['dmsetup', 'remove_all']);
  await lab.ground.must(['losetup', '--detach-all']);
  await lab.ground.must(['rm', OLD_DOCKERD]);
  const words = await lab.docker.startFails();
  return lineWith(
    words,
    'the devicemapper storage-driver has been deprecated and removed',
    'dockerd after the upgrade',
  );
}

/** What people do next: the driver is changed, and the daemon starts. */
export async function changeDriver(lab: Lab): Promise<void> {
  await settings(lab, { 'storage-driver': 'overlay2' });
  await lab.docker.start();
}

/** Throws unless image and containers of before are there. */
export async function asBefore(lab: Lab): Promise<void> {
  await lab.docker.must('run', '--rm', '--network', 'none', APP, 'true');
  await lab.docker.must('container', 'inspect', 'web', 'batch');
}

/**
 * Images from the archive they once came from; containers out of the old pool, which is read and not
 * changed: its metadata and the volumes are read-only.
 */
export async function bringBack(lab: Lab): Promise<void> {
  const { ground, docker } = lab;
  await docker.must('load', '--quiet', '--input', ground.imagesTar);
  const files = `${ROOT}/devicemapper/devicemapper`;
  const metadata = await ground.must(['losetup', '--read-only', '--find', '--show', `${files}/metadata`]);
  // the kernel opens a pool's data for writing, and has no read-only table for it, whatever the pool's mode
  const data = await ground.must(['losetup', '--find', '--show', `${files}/data`]);
  const sectors = await ground.must(['blockdev', '--getsz', data]);
  // 128 sectors: the block size of Docker's loop pools
  const table = `0 ${sectors} thin-pool ${metadata} ${data} 128 0 2 read_only skip_block_zeroing`;
  await ground.must(['dmsetup', 'create', POOL, '--table', table]);
  const listed = await ground.must([
    'sh',
    '-c',
    `jq -r '[.Name, .ID] | join(" ")' "$1"/containers/*/config.v2.json`,
    'sh',
    ROOT,
  ]);
  for (const line of listed.split('\n')) {
    const [name = '', id = ''] = line.replace(/^\//, '').split(' ');
    await bringBackContainer(lab, name, id);
  }
  await ground.must(['dmsetup', 'remove', POOL]);
  await ground.must(['losetup', '--detach', metadata, data]);
}

async function bringBackContainer(lab: Lab, name: string, id: string): Promise<void> {
  const { ground } = lab;
  const layer = await ground.must(['cat', `${ROOT}/image/devicemapper/layerdb/mounts/${id}/mount-id`]);
  const record: unknown = JSON.parse(await ground.must(['cat', `${ROOT}/devicemapper/metadata/${layer}`]));
  const { device_id, size } = record as { device_id: number; size: number };
  const at = `/mnt/old-${name}`;
  const table = `0 ${size / 512} thin /dev/mapper/${POOL} ${device_id}`;
  await ground.must(['dmsetup', 'create', `old-${name}`, '--readonly', '--table', table]);
  // nouuid: every volume of the pool is a snapshot of one xfs
  await ground.mount(`/dev/mapper/old-${name}`, at, 'ro,nouuid');
  await ground.must(['sh', '-c', 'tar -C "$1"/rootfs -c . | docker import - "$2"', 'sh', at, `old/${name}:1`]);
  await ground.must(['umount', at]);
  await ground.must(['dmsetup', 'remove', `old-${name}`]);
  await container(lab, name, `old/${name}:1`);
}

/**
 * The same by ullage alone, which reads the old root's files itself: no device is made. Images come back
 * with their ids, containers with their own files.
 */
export async function rescueAll(lab: Lab): Promise<void> {
  const { ground, docker } = lab;
  const old = await ground.must(['ls', `${ROOT}/image/devicemapper/imagedb/content/sha256`]);
  const read = async (...argv: string[]): Promise<void> => {
    const words = ['rescue', ...argv];
    const ran = await ground.inside(words);
    holds(ran.exitCode === 0, failed(['ullage', ...words], ran));
  };
  const before = await ground.must(['sha256sum', ...FILES]);
  for (const image of [APP, BASE]) {
    const file = '/root/rescued-image.tar';
    await read('image', ROOT, image, '--to', file);
    await docker.must('load', '--quiet', '--input', file);
    const id = await docker.must('image', 'inspect', '--format', '{{.Id}}', image);
    contains(old, id.replace('sha256:', ''), `the ids of the images of before, ${image} among them`);
    await ground.must(['rm', file]);
  }
  for (const name of ['web', 'batch']) {
    const file = `/root/rescued-${name}.tar`;
    await read('container', ROOT, name, '--to', file);
    await docker.must('import', file, `old/${name}:1`);
    await container(lab, name, `old/${name}:1`);
  }
  holds((await ground.must(['sha256sum', ...FILES])) === before, 'the old pool was written to');
}

async function settings(lab: Lab, values: Record<string, unknown>): Promise<void> {
  await lab.ground.write(SETTINGS, `${JSON.stringify(values, null, 2)}\n`);
}
