import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** A process of this machine; `startTime` is field 22 of /proc/PID/stat, clock ticks since boot (proc(5)). */
export interface ProcessMark {
  pid: number;
  startTime: string;
}

/** Undefined when there is no such process, or only its zombie. */
export function processMark(pid: number): ProcessMark | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // the command name in parentheses may hold blanks: fields are counted behind it
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const startTime = fields[19];
    return fields[0] === 'Z' || startTime === undefined ? undefined : { pid, startTime };
  } catch {
    return undefined;
  }
}

export function processLives({ pid, startTime }: ProcessMark): boolean {
  return processMark(pid)?.startTime === startTime;
}

/** `HOST:MACHINE:BOOT:PID:START`: this very process, as one word that any machine may read. */
export function ownName(): string {
  const mark = processMark(process.pid);
  return [hostname(), short('/etc/machine-id'), bootId(), process.pid, mark?.startTime ?? 0].join(':');
}

/**
 * Does the process that called itself so by {@link ownName} still live? One of another machine
 * is taken to: only its own machine could tell.
 */
export function ownerLives(name: string): boolean {
  const [where, machine, boot, pid, startTime] = name.split(':');
  if (where !== hostname() || machine !== short('/etc/machine-id')) return true;
  if (boot !== bootId() || pid === undefined || startTime === undefined) return false;
  return processLives({ pid: Number(pid), startTime });
}

function bootId(): string {
  return short('/proc/sys/kernel/random/boot_id');
}

function short(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('-', '').slice(0, 12).trim();
  } catch {
    return '';
  }
}
