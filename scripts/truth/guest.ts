import { type Dockerd, dockerd } from '../../lab/dockerd.ts';
import type { Ground } from '../../lab/ground.ts';
import type { Report } from '../../src/causes/report.ts';
import type { Headroom } from '../../src/stack/layer.ts';

/** A host in a guest, and what its rows measure with. */
export interface Guest {
  ground: Ground;
  /** dockerd with the lab's images and a running container of each name */
  docker(args: readonly string[], ...containers: string[]): Promise<Dockerd>;
  /** what a container or path may still take, by the built command */
  room(consumer: string): Promise<Headroom>;
  /** writes to a directory until the first error, or so many blocks of 4 MiB: bytes that were synced */
  fill(directory: string, as?: 'root' | 'user', blocks?: number): Promise<number>;
}

export function guestOf(ground: Ground): Guest {
  return {
    ground,
    async docker(args, ...containers) {
      const docker = await dockerd(ground, args);
      await docker.must('load', '--quiet', '--input', ground.imagesTar);
      for (const name of containers)
        await docker.must('run', '-d', '--network', 'none', '--name', name, 'lab/base:1', 'sleep', '1000000');
      return docker;
    },
    async room(consumer) {
      const on = consumer.startsWith('/') ? ['--on', consumer] : [];
      for (let attempt = 1; ; attempt++) {
        const ran = await ground.ullage('doctor', '--json', '--timeout', '240', ...on);
        const report = JSON.parse(ran.stdout) as Report;
        const room = report.headroom.find((one) => one.consumer === consumer);
        // a slow guest may not answer every question in its time: asked again, it does
        if (room?.bytes !== undefined && (report.unknown.length === 0 || attempt === 3)) return room;
        if (attempt === 3) throw new Error(`no headroom of ${consumer}: ${JSON.stringify(room ?? report.headroom)}`);
      }
    },
    async fill(directory, as = 'root', blocks) {
      const dd = ['dd', 'if=/dev/zero', `of=${directory}/fill`, 'bs=4M', 'oflag=dsync,append', 'conv=notrunc'];
      const user = as === 'user' ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
      const count = blocks === undefined ? [] : [`count=${blocks}`];
      const ran = await ground.run([...user, ...dd, ...count], { timeoutMs: 20 * 60_000 });
      const bytes = /^(\d+) bytes/m.exec(ran.stderr)?.[1];
      if (bytes === undefined || (ran.exitCode === 0) !== (blocks !== undefined))
        throw new Error(`dd ended with ${ran.exitCode ?? 'no status'}: ${ran.stderr.trim()}`);
      return Number(bytes);
    },
  };
}

/** Where a container's own root is, seen from its host. */
export async function rootOf(guest: Guest, container: string): Promise<string> {
  const pid = await guest.ground.must(['docker', 'inspect', '-f', '{{.State.Pid}}', container]);
  return `/proc/${pid}/root`;
}
