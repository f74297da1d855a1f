import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

export interface SlowReads {
  /** argv before a program that is to run in it */
  enter: readonly string[];
  to(bytesPerSecond: number): void;
  remove(): void;
}

/**
 * A control group whose programs read from a device as from a slow disk: what takes hours on a real one is to be seen
 * at work in seconds (Documentation/admin-guide/cgroup-v1/blkio-controller.rst, cgroup-v2.rst: io.max).
 */
export function slowReads(device: string, bytesPerSecond: number): SlowReads {
  const number = readFileSync(`/sys/block/${device.replace('/dev/', '')}/dev`, 'utf8').trim();
  const first = existsSync('/sys/fs/cgroup/blkio');
  const group = join(first ? '/sys/fs/cgroup/blkio' : '/sys/fs/cgroup', `ullage-slow-${process.pid}`);
  if (!first) spawnSync('sh', ['-c', 'echo +io >/sys/fs/cgroup/cgroup.subtree_control']);
  mkdirSync(group);
  const to = (speed: number): void => {
    if (first) writeFileSync(join(group, 'blkio.throttle.read_bps_device'), `${number} ${speed}`);
    else writeFileSync(join(group, 'io.max'), `${number} rbps=${speed}`);
  };
  to(bytesPerSecond);
  return {
    to,
    enter: ['sh', '-c', 'echo $$ >"$0/cgroup.procs" && exec "$@"', group],
    remove() {
      for (let tries = 0; tries < 40; tries++) {
        try {
          return rmdirSync(group);
        } catch {
          // a program that has just ended may still be in it
          spawnSync('sleep', ['0.1']);
        }
      }
    },
  };
}
