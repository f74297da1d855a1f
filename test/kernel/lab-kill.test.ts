import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { kernelSuite } from './ready.ts';

/**
 * The lab killed at any moment, in any way, leaves nothing behind: no process (found by a mark in its
 * environment), no loop device, no mount, no image.
 */
kernelSuite('the lab, killed', ['loop', 'dockerd', 'docker', 'containerd', 'runc', 'mkfs.ext4', 'setpriv'], () => {
  const moments: { signal: NodeJS.Signals; whom: 'npm' | 'lab' | 'everybody'; after: RegExp; wait: number }[] = [
    { signal: 'SIGKILL', whom: 'npm', after: /run container-log/, wait: 400 },
    { signal: 'SIGKILL', whom: 'npm', after: /kernel ready/, wait: 700 },
    { signal: 'SIGKILL', whom: 'lab', after: /make/, wait: 1500 },
    { signal: 'SIGKILL', whom: 'lab', after: /healthy/, wait: 300 },
    { signal: 'SIGKILL', whom: 'everybody', after: /broken/, wait: 0 },
    { signal: 'SIGTERM', whom: 'npm', after: /healthy/, wait: 0 },
    { signal: 'SIGINT', whom: 'everybody', after: /make/, wait: 2500 },
  ];

  test.each(moments)('$signal to $whom, $wait ms after $after', async ({ signal, whom, after, wait }) => {
    const mark = `ULLAGE_LAB_MARK=${randomBytes(8).toString('hex')}`;
    const before = leftovers();
    const [name = '', value] = mark.split('=');
    const child = spawn('npm', ['run', 'lab', '--', 'run', 'container-log', '--ground', 'kernel'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [name]: value },
    });
    await said(child, after);
    await new Promise((resolve) => setTimeout(resolve, wait));
    // all of them were there, or this shows nothing
    expect(marked(mark).length).toBeGreaterThan(0);
    if (whom === 'everybody') process.kill(-(child.pid ?? 0), signal);
    else if (whom === 'npm') child.kill(signal);
    else for (const pid of marked(mark, 'lab/main.ts')) process.kill(pid, signal);
    for (let waited = 0; marked(mark).length > 0 && waited < 30_000; waited += 100) await sleep(100);
    expect(marked(mark).map(commandLine)).toEqual([]);
    // loop devices let go when the kernel has taken the last mount down
    for (let waited = 0; different(before) && waited < 20_000; waited += 100) await sleep(100);
    expect(leftovers()).toEqual(before);
  });

  const different = (before: ReturnType<typeof leftovers>): boolean =>
    JSON.stringify(leftovers()) !== JSON.stringify(before);
});

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function said(child: ChildProcess, wanted: RegExp): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    const add = (bytes: Buffer): void => {
      text += bytes.toString();
      if (wanted.test(text)) resolve();
    };
    child.stdout?.on('data', add);
    child.stderr?.on('data', add);
    child.once('close', () => reject(new Error(`ended before it said ${wanted}: ${text}`)));
  });
}

/** What a lab could leave on a host: loop devices, mounts, images, processes in namespaces of their own. */
function leftovers(): { loops: string[]; mounts: string[]; images: string[]; namespaces: string[] } {
  const lines = (text: string): string[] => text.split('\n').filter((line) => line !== '');
  return {
    loops: lines(
      spawnSync('losetup', ['--list', '--noheadings', '--output', 'NAME,BACK-FILE'], { encoding: 'utf8' }).stdout,
    ),
    mounts: lines(readFileSync('/proc/self/mounts', 'utf8')),
    // what runs in a container does not carry our mark, but a process namespace it must have
    namespaces: [...new Set(processes().map((pid) => linkOf(`/proc/${pid}/ns/pid`)))].sort(),
    images: filesBelow(tmpdir()),
  };
}

/** Files in the lab's temporary directories, and disk images beside them. */
function filesBelow(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    if (name.endsWith('.img')) return [name];
    return name.startsWith('ullage-lab') ? readdirSync(join(directory, name)).map((file) => join(name, file)) : [];
  });
}

function marked(mark: string, inCommand = ''): number[] {
  return processes().flatMap((pid) => {
    try {
      const has = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
      return has && commandLine(pid).includes(inCommand) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
