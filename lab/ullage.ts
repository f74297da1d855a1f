import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Report } from '../src/causes/report.ts';
import type { Ground, Told } from './ground.ts';
import { failed } from './process.ts';

const entry = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist/bin/ullage.cjs');

/** A guest's processor is a program among others: what takes a second may take ten. */
const PATIENT = ['--timeout', '180'];

/** The command as users have it: built, by its own entry. */
export function ullageArgv(...argv: string[]): string[] {
  if (!existsSync(entry)) throw new Error('the command is not built: npm run build:bin');
  return [process.execPath, entry, ...argv];
}

export async function doctorOf(ground: Ground): Promise<Told> {
  const started = performance.now();
  const ran = await ground.ullage('doctor', '--json', ...(ground.kind === 'vm' ? PATIENT : []));
  try {
    const report = JSON.parse(ran.stdout) as Report;
    return { report, status: ran.exitCode ?? 3, seconds: (performance.now() - started) / 1000 };
  } catch {
    throw new Error(failed(['ullage', 'doctor'], ran));
  }
}
