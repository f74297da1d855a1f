import { packTar } from 'modern-tar';

export const APPLETS =
  'sh ash cat chmod chown cp cut date dd df du echo env false find grep head id kill ln ls md5sum mkdir mknod mount mv printf ps pwd rm rmdir sed seq sha256sum sleep sort stat sync tail tar pidof tee test touch tr true truncate umount uname vi wc xargs';

/** A root file system of one static busybox, as a tar: what `docker import` and `ctr` take without a registry. */
export async function busyboxTar(binary: Uint8Array): Promise<Uint8Array> {
  const directory = (name: string, mode = 0o755) => ({ header: { name: `${name}/`, type: 'directory' as const, size: 0, mode } });
  const file = (name: string, body: Uint8Array | string, mode: number) => ({
    header: { name, type: 'file' as const, size: Buffer.byteLength(body), mode },
    body,
  });
  return packTar([
    ...['bin', 'etc', 'data', 'proc', 'sys', 'dev', 'root'].map((name) => directory(name)),
    directory('tmp', 0o1777),
    file('bin/busybox', binary, 0o755),
    ...APPLETS.split(' ').map((name) => ({
      header: { name: `bin/${name}`, type: 'symlink' as const, size: 0, mode: 0o777, linkname: 'busybox' },
    })),
    file('etc/passwd', 'root:x:0:0:root:/root:/bin/sh\n', 0o644),
    file('etc/group', 'root:x:0:\n', 0o644),
  ]);
}
