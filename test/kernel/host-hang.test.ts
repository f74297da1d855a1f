import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { captureHost } from '../../src/host/capture.ts';
import type { Host } from '../../src/host/host.ts';
import { localHost } from '../../src/host/local.ts';
import { captureScript } from '../../src/probes/capture-script.ts';

const root = process.getuid?.() === 0;
const why = !root
  ? 'only root can freeze a file system'
  : !existsSync('/dev/loop-control')
    ? 'there are no loop devices here'
    : '';
const PATH = `${process.env['PATH']}:/usr/sbin:/sbin`;
/** Frozen is frozen until it is thawed: whatever waited for that would never come back. */
const ENDS = 30_000;
const sh = (program: string, ...args: string[]) =>
  execFileSync(program, args, {
    encoding: 'utf8',
    env: { ...process.env, PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();

describe.skipIf(why !== '')(
  `a file system that hangs does not hang the host door${why && ` (skipped: ${why})`}`,
  () => {
    let directory: string;
    let mount: string;
    let loop: string;
    let frozen = false;
    let host: Host;

    beforeAll(() => {
      directory = mkdtempSync(join(tmpdir(), 'ullage-hang-'));
      const image = join(directory, 'image');
      mount = join(directory, 'mnt');
      mkdirSync(mount);
      sh('truncate', '-s', '64M', image);
      sh('mkfs.ext4', '-q', '-F', image);
      loop = sh('losetup', '-f', '--show', image);
      sh('mount', loop, mount);
      writeFileSync(join(mount, 'file'), 'text');
      sh('fsfreeze', '-f', mount);
      frozen = true;
      host = localHost();
    });

    afterAll(async () => {
      if (frozen) sh('fsfreeze', '-u', mount);
      await host?.close();
      // what hung goes on, and ends
      for (let attempt = 0; attempt < 600; attempt++) {
        try {
          sh('umount', mount);
          break;
        } catch {
          await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
      if (loop) sh('losetup', '-d', loop);
      rmSync(directory, { recursive: true, force: true });
    });

    it('gives up on a program in D state, which takes no signal', async () => {
      const started = performance.now();
      // by then it has come as far as the file, on a slow machine too
      const ran = await host.run(['touch', join(mount, 'new')], { timeoutMs: 2500 });
      expect(performance.now() - started).toBeLessThan(ENDS);
      expect(ran).toMatchObject({ timedOut: true });
      expect(ran.exitCode).toBeUndefined();
      // proof that it was a real one: it is still there, after SIGKILL
      const stuck = sh('pgrep', '-f', `^touch ${mount}/new$`).split('\n');
      const state = readFileSync(`/proc/${stuck[0]}/stat`, 'utf8').split(') ')[1]?.[0];
      expect(state).toBe('D');
    });

    it('reads and measures in bounded time', async () => {
      const started = performance.now();
      await host.read(join(mount, 'file'), { timeoutMs: 700 });
      await host.statfs(mount, { timeoutMs: 700 });
      expect(performance.now() - started).toBeLessThan(ENDS);
    });

    it('is left behind by the capture script too', async () => {
      const argv = ['touch', join(mount, 'third')];
      const asks = () => [
        { kind: 'run' as const, argv, timeoutMs: 1000 },
        { kind: 'run' as const, argv: ['echo', 'goes on'] },
      ];
      const script = captureScript([{ id: 'x', title: 'x', asks, recognises: () => false, scan: () => [] }]);
      const started = performance.now();
      const target = execFileSync('sh', ['-s', directory], {
        input: script,
        encoding: 'utf8',
        timeout: 120_000,
        stdio: ['pipe', 'pipe', 'ignore'],
      }).trim();
      expect(performance.now() - started).toBeLessThan(ENDS);
      const capture = await captureHost(target);
      expect(await capture.run(argv)).toMatchObject({ timedOut: true });
      expect(await capture.run(['echo', 'goes on'])).toMatchObject({ stdout: 'goes on\n' });
    });

    it('lets node end while a program still hangs', () => {
      const local = new URL('../../src/host/local.ts', import.meta.url).href;
      const program = `const { localHost } = await import(${JSON.stringify(local)}); const h = localHost();
      const r = await h.run(['touch', ${JSON.stringify(join(mount, 'other'))}], { timeoutMs: 300 }); await h.statfs('/'); console.log(r.timedOut);`;
      const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        encoding: 'utf8',
        timeout: 120_000,
      });
      expect(out.trim()).toBe('true');
    });

    it('sees the file system again when it thaws', async () => {
      sh('fsfreeze', '-u', mount);
      frozen = false;
      expect(await host.read(join(mount, 'file'))).toEqual({ ok: true, content: 'text' });
    });
  },
);
