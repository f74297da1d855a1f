import { iec } from './render/size.ts';

/** between two lines on a terminal, in milliseconds; a log gets one a minute */
const TERMINAL = 500;
const LOG = 60_000;

/** Tells bytes, rate and time left on stderr. */
export function progressTeller(
  what: string,
  quiet: boolean,
): { tell(bytes: number, total: number | undefined): void; end(): void } {
  if (quiet) return { tell() {}, end() {} };
  const terminal = process.stderr.isTTY === true;
  const started = Date.now();
  let told = started;
  let line = false;
  return {
    tell(bytes, total) {
      const now = Date.now();
      if (now - told < (terminal ? TERMINAL : LOG)) return;
      told = now;
      const rate = (bytes * 1000) / (now - started);
      const of = total === undefined || total < bytes ? '' : ` of about ${iec(total)}`;
      const left = of === '' || rate === 0 ? '' : `, ${seconds((total ?? 0) - bytes, rate)} left`;
      const text = `${what}: ${iec(bytes)}${of}, ${iec(rate)}/s${left}`;
      process.stderr.write(terminal ? `\r\x1b[K${text}` : `${text}\n`);
      line = terminal;
    },
    end() {
      if (line) process.stderr.write('\r\x1b[K');
    },
  };
}

function seconds(bytes: number, rate: number): string {
  const all = Math.max(1, Math.round(bytes / rate));
  if (all < 90) return `${all} s`;
  return all < 5400 ? `${Math.round(all / 60)} min` : `${(all / 3600).toFixed(1)} h`;
}
