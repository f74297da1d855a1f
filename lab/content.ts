/** Known content: what stands in containers and volumes while the host is healthy, by sha256. */
import type { Dockerd } from './dockerd.ts';
import { holds } from './expect.ts';
import type { Ground } from './ground.ts';

/** Runs a program in a container, starting that if need be; its output, or an error. */
export type Exec = (argv: readonly string[]) => Promise<string>;

export interface Content {
  /** records every file of a running container's own file system and volumes */
  record(docker: Dockerd, ...containers: string[]): Promise<void>;
  /** the same of whatever runs commands in its own file system: a containerd task */
  recordInside(name: string, exec: Exec): Promise<void>;
  /** records files by path on the host: volumes, thin devices mounted by hand, containerd's snapshots */
  recordPaths(ground: Ground, ...directories: string[]): Promise<void>;
  /** starts what does not run and throws unless every recorded file is there unchanged; how many were */
  verify(docker: Dockerd | undefined, ground: Ground): Promise<number>;
}

/** Docker writes these itself at every start. */
const DOCKERS_OWN = new Set(['/etc/hosts', '/etc/hostname', '/etc/resolv.conf', '/.dockerenv']);

const FIND = ['-type', 'f', '-exec', 'sha256sum', '{}', '+'];

export function content(): Content {
  const containers = new Map<string, Map<string, string>>();
  const insides = new Map<string, { exec: Exec; recorded: Map<string, string> }>();
  const directories = new Map<string, Map<string, string>>();
  const inside = async (docker: Dockerd, container: string): Promise<Map<string, string>> => {
    const volumes = await docker.must('inspect', '-f', '{{range .Mounts}}{{.Destination}} {{end}}', container);
    const roots = ['/', ...volumes.split(' ').filter((path) => path !== '')];
    return sums(await docker.must('exec', container, 'find', ...roots, '-xdev', ...FIND));
  };
  return {
    async record(docker, ...names) {
      for (const name of names) containers.set(name, await inside(docker, name));
    },
    async recordInside(name, exec) {
      insides.set(name, { exec, recorded: sums(await exec(['find', '/', '-xdev', ...FIND])) });
    },
    async recordPaths(ground, ...paths) {
      for (const path of paths) directories.set(path, sums(await ground.must(['find', path, ...FIND])));
    },
    async verify(docker, ground) {
      let count = 0;
      for (const [name, recorded] of containers) {
        if (!docker) throw new Error('containers were recorded, and there is no daemon to ask');
        const running = await docker.must('inspect', '-f', '{{.State.Running}}', name);
        if (running !== 'true') await docker.must('start', name);
        const now = await docker.run(['exec', name, 'sha256sum', ...recorded.keys()]);
        count += compare(recorded, sums(now.stdout), `container ${name}`);
      }
      for (const [name, { exec, recorded }] of insides)
        count += compare(recorded, sums(await exec(['sha256sum', ...recorded.keys()])), name);
      for (const [path, recorded] of directories)
        count += compare(recorded, sums((await ground.run(['sha256sum', ...recorded.keys()])).stdout), path);
      holds(count > 0, 'no file was recorded');
      return count;
    },
  };
}

function sums(text: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64})\s+(.+)$/.exec(line);
    if (match?.[1] && match[2] && !DOCKERS_OWN.has(match[2])) found.set(match[2], match[1]);
  }
  return found;
}

function compare(recorded: Map<string, string>, now: Map<string, string>, where: string): number {
  for (const [path, sum] of recorded) {
    const there = now.get(path);
    holds(there !== undefined, `${where}: ${path} is gone`);
    holds(there === sum, `${where}: ${path} has changed`);
  }
  return recorded.size;
}
