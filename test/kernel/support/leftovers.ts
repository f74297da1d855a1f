import { type ChildProcess, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Waits until a lab has printed it. */
export function said(child: ChildProcess, wanted: RegExp): Promise<void> {
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
export function leftovers(): { loops: string[]; mounts: string[]; images: string[]; namespaces: string[] } {
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
    // vl.XXXXXX: QEMU's copy-on-write layers
    if (name.endsWith('.img') || name.startsWith('vl.')) return [name];
    return name.startsWith('ullage-lab') ? readdirSync(join(directory, name)).map((file) => join(name, file)) : [];
  });
}

/** Processes that have the mark in their environment. */
export function marked(mark: string, inCommand = ''): number[] {
  return processes().flatMap((pid) => {
    try {
      const has = readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
      return has && commandLine(pid).includes(inCommand) ? [pid] : [];
    } catch {
      return [];
    }
  });
}

export function processes(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger);
}

export function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return '';
  }
}

export function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}
