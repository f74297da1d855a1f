/**
 * Two images without a registry, as `docker save` writes them: `docker load`, `podman load` and
 * `ctr image import` all take it, and its ids are the same wherever it is loaded.
 */
import { createHash } from 'node:crypto';
import { packTar } from 'modern-tar';

/** One layer: a root file system of a static busybox. */
export const BASE = 'lab/base:1';
/** The base and a layer with a page of text. */
export const APP = 'lab/app:1';

export const APPLETS =
  'sh ash cat chmod chown cp cut date dd df du echo env false find grep head id kill ln ls md5sum mkdir mknod mount mv pidof printf ps pwd rm rmdir sed seq sha256sum sleep sort stat sync tail tar tee test touch tr true truncate umount uname vi wc xargs';

export async function imagesTar(busybox: Uint8Array): Promise<Uint8Array> {
  const base = await packTar([
    ...['bin', 'etc', 'data', 'proc', 'sys', 'dev', 'root'].map((name) => directory(name)),
    directory('tmp', 0o1777),
    file('bin/busybox', busybox, 0o755),
    ...APPLETS.split(' ').map((name) => ({
      header: {
        name: `bin/${name}`,
        type: 'symlink' as const,
        size: 0,
        mode: 0o777,
        linkname: 'busybox',
        mtime: EPOCH,
      },
    })),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n'),
    file('etc/group', 'root:x:0:\n'),
  ]);
  const site = await packTar([
    directory('site'),
    file('site/index', 'a page\n'.repeat(5000)),
    file('etc/app', 'app\n'),
  ]);
  const images = [image(BASE, [base]), image(APP, [base, site])];
  return packTar([
    ...images.map((one) => file(one.configName, one.config)),
    file(`${sha256(base)}.tar`, base),
    file(`${sha256(site)}.tar`, site),
    file('manifest.json', JSON.stringify(images.map((one) => one.manifest))),
  ]);
}

const EPOCH = new Date(0);
const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
const directory = (name: string, mode = 0o755) => ({
  header: { name: `${name}/`, type: 'directory' as const, size: 0, mode, mtime: EPOCH },
});
const file = (name: string, body: Uint8Array | string, mode = 0o644) => ({
  header: { name, type: 'file' as const, size: Buffer.byteLength(body), mode, mtime: EPOCH },
  body,
});

/** Config and manifest entry of a docker-archive (moby's image spec v1.2). */
function image(tag: string, layers: Uint8Array[]) {
  const config = JSON.stringify({
    architecture: 'amd64',
    os: 'linux',
    created: EPOCH.toISOString(),
    config: { Cmd: ['/bin/sh'], Env: ['PATH=/bin'] },
    rootfs: { type: 'layers', diff_ids: layers.map((layer) => `sha256:${sha256(layer)}`) },
    history: layers.map(() => ({ created: EPOCH.toISOString(), created_by: 'lab' })),
  });
  const configName = `${sha256(config)}.json`;
  return {
    config,
    configName,
    manifest: { Config: configName, RepoTags: [tag], Layers: layers.map((layer) => `${sha256(layer)}.tar`) },
  };
}
