import type { Host } from './host.ts';
import type { ProcessMark } from './process-mark.ts';
import { quoteWord } from './quote.ts';

/**
 * Every program that changes a remote host notes itself there before it runs: when the connection is lost it goes
 * on, and nobody here knows its process. Gone with that machine's power, since /run is in memory.
 */
export const RUNNING = '/run/ullage-apply.running';

/** POSIX sh: this shell's process id and start time (proc(5), /proc/PID/stat field 22), which `exec` does not change. */
export function noteScript(file: string): string {
  // behind the name, which may hold blanks, the state is field 3
  return `(read -r s </proc/$$/stat && s=\${s##*) } && set -- $s && shift 19 && echo "$$ $1" >>${quoteWord(file)}) 2>/dev/null\n`;
}

/** Those of the noted programs that still run. */
export async function leftBehind(host: Host): Promise<ProcessMark[]> {
  const noted = await host.read(RUNNING);
  if (!noted.ok) return [];
  const marks = [...noted.content.matchAll(/^(\d{1,10}) (\d{1,20})$/gm)].map(([, pid, startTime]) => ({
    pid: Number(pid),
    startTime: startTime ?? '',
  }));
  if (marks.length === 0) return [];
  const ran = await host.run(['grep', '-Hs', '.', ...new Set(marks.map(({ pid }) => `/proc/${pid}/stat`))]);
  const lives = new Map<number, string>();
  for (const line of ran.stdout.split('\n')) {
    const fields = line.slice(line.lastIndexOf(') ') + 2).split(' ');
    const pid = Number(/^\/proc\/(\d+)\/stat:/.exec(line)?.[1]);
    if (fields[0] !== 'Z' && fields[19] !== undefined) lives.set(pid, fields[19]);
  }
  return marks.filter(({ pid, startTime }) => lives.get(pid) === startTime);
}
