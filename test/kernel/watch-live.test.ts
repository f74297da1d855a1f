/// <reference lib="dom" />
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { kernelSuite } from './ready.ts';
import { ended } from './support/ended.ts';
import { freePort } from './support/free-port.ts';

const MIB = 2 ** 20;
/** By its whole path: the doctor is started from `/`. */
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
/** Seconds between looks: short, so that a disk fills within the test. */
const INTERVAL = 5;
/** For what a browser is to show, ms. */
const PATIENCE = 120_000;
/** Screenshots are kept here. */
const SHOTS = process.env['ULLAGE_SHOTS'] ?? join(tmpdir(), 'ullage-screenshots');
const RULES = 'monitoring/prometheus/ullage.rules.yml';

const ok = (argv: readonly string[]): string => {
  const ran = spawnSync(argv[0] ?? '', argv.slice(1), { encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(`${argv.join(' ')}: ${ran.stderr}${ran.stdout}`);
  return ran.stdout;
};
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
/** Asks again and again. @returns seconds until it was so */
async function until(what: string, seconds: number, is: () => Promise<boolean>): Promise<number> {
  const started = Date.now();
  while (Date.now() - started < seconds * 1000) {
    if (await is().catch(() => false)) return (Date.now() - started) / 1000;
    await pause(500);
  }
  throw new Error(`not within ${seconds} s: ${what}`);
}

const figure = (metrics: string, name: string, label: string): number | undefined => {
  const line = metrics.split('\n').find((one) => one.startsWith(`${name}{`) && one.includes(label));
  return line === undefined ? undefined : Number(line.split(' ').at(-1));
};

const plainFigure = (metrics: string, name: string): number =>
  Number(
    metrics
      .split('\n')
      .find((one) => one.startsWith(`${name} `))
      ?.split(' ')
      .at(-1) ?? 0,
  );

kernelSuite(
  'watch over a btrfs that fills',
  ['loop', 'btrfs', 'promtool', 'prometheus', 'prometheus-alertmanager', 'chromium'],
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'ullage-watch-'));
    const at = join(folder, 'at');
    const consumer = `consumer="${at}"`;
    const started: ChildProcess[] = [];
    const ports = { watch: 0, prometheus: 0, alertmanager: 0 };
    const url = (name: keyof typeof ports, path = '') => `http://127.0.0.1:${ports[name]}/${path}`;
    const text = async (path: string): Promise<string> => (await fetch(url('watch', path))).text();
    let browser: Browser | undefined;
    let page: Page;

    const start = (argv: readonly string[], env: NodeJS.ProcessEnv = process.env): ChildProcess => {
      const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['ignore', 'ignore', 'pipe'], env });
      child.stderr?.on('data', (chunk: Buffer) => appendFileSync(join(folder, 'log'), chunk));
      started.push(child);
      return child;
    };

    beforeAll(async () => {
      mkdirSync(SHOTS, { recursive: true });
      mkdirSync(at);
      for (const name of Object.keys(ports) as (keyof typeof ports)[]) ports[name] = await freePort();
      const image = join(folder, 'image');
      writeFileSync(image, '');
      truncateSync(image, 700 * MIB);
      ok(['mkfs.btrfs', '-q', image]);
      ok(['mount', '-o', 'loop', image, at]);
      start([
        ...withShare(),
        'prometheus-alertmanager',
        `--config.file=${alertmanagerConfig()}`,
        `--storage.path=${join(folder, 'am')}`,
        `--web.listen-address=127.0.0.1:${ports.alertmanager}`,
        '--cluster.listen-address=',
      ]);
      start([
        'prometheus',
        `--config.file=${prometheusConfig()}`,
        `--storage.tsdb.path=${join(folder, 'tsdb')}`,
        `--web.listen-address=127.0.0.1:${ports.prometheus}`,
      ]);
      start([
        process.execPath,
        '--import',
        TSX,
        'test/kernel/support/ullage.ts',
        'watch',
        '--interval',
        String(INTERVAL),
        '--listen',
        `127.0.0.1:${ports.watch}`,
        '--history',
        join(folder, 'h.sqlite'),
        '--on',
        at,
        '--alertmanager',
        `http://127.0.0.1:${ports.alertmanager}`,
        '--for',
        '10',
      ]);
      await until('the first look', 120, async () => (await text('metrics')).includes(consumer));
      const { chromium } = await import('playwright-core');
      browser = await chromium.launch({
        executablePath: executable(),
        args: ['--no-sandbox', '--disable-gpu'],
        timeout: PATIENCE,
      });
      page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
      page.setDefaultTimeout(PATIENCE);
    });

    afterAll(async () => {
      await browser?.close();
      if (process.env['ULLAGE_SHOTS']) writeFileSync(join(SHOTS, 'log'), readFileSync(join(folder, 'log')));
      await Promise.all(started.map(ended));
      spawnSync('umount', ['-l', at]);
      rmSync(folder, { recursive: true, force: true });
    });

    test('metrics are what promtool wants, and as the doctor says', async () => {
      const metrics = await text('metrics');
      const ran = spawnSync('promtool', ['check', 'metrics'], { input: metrics, encoding: 'utf8' });
      expect(ran.stdout + ran.stderr).toBe('');
      expect(ran.status).toBe(0);
      expect(figure(metrics, 'ullage_headroom_bytes', consumer)).toBeGreaterThan(300 * MIB);
    });

    test('the page has no serious fault for screen readers, at both sizes and in both colours', async () => {
      const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
      for (const [name, width, height, colorScheme] of [
        ['desktop', 1280, 900, 'light'],
        ['phone', 390, 844, 'dark'],
      ] as const) {
        const context = await (browser as Browser).newContext({
          viewport: { width, height },
          colorScheme,
          bypassCSP: true,
        });
        context.setDefaultTimeout(PATIENCE);
        const looked = await context.newPage();
        await looked.goto(url('watch'));
        await looked.waitForFunction(() => document.getElementById('live')?.textContent === 'live');
        expect(await looked.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        await looked.addScriptTag({ path: axe });
        const faults = await looked.evaluate(async () => {
          const { axe: run } = globalThis as unknown as {
            axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
          };
          return (await run.run()).violations
            .filter((one) => ['serious', 'critical'].includes(one.impact))
            .map((one) => `${one.id}: ${one.nodes[0]?.html.slice(0, 200)}`);
        });
        expect(faults, name).toEqual([]);
        await looked.screenshot({ path: join(SHOTS, `${name}-empty.png`), fullPage: true });
        await context.close();
      }
    });

    test('it fills: forecast first, then the finding within two periods, and the picture follows', {
      timeout: 900_000,
    }, async () => {
      const errors: string[] = [];
      page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
      page.on(
        'request',
        (request) =>
          request.url().startsWith(url('watch')) || request.url().startsWith('data:') || errors.push(request.url()),
      );
      await page.goto(url('watch', '?range=1h'));
      const before = await page.locator('#stack').innerHTML();
      const junk = Buffer.alloc(256 * 1024, 1).map((_, index) => (index * 2654435761) >>> 24);
      let written = 0;
      let shown = false;
      let foreseen: number | undefined;
      let full: number | undefined;
      const begun = Date.now();
      while (full === undefined) {
        try {
          // some 3 MiB/s, or what a slower disk takes
          for (let count = 0; count < 6; count++) appendFileSync(join(at, `f${written % 64}`), junk);
          ok(['sync', '-f', at]);
        } catch {
          full = Date.now();
        }
        written++;
        if (
          foreseen === undefined &&
          written % 4 === 0 &&
          figure(await text('metrics'), 'ullage_exhaustion_seconds', consumer) !== undefined
        )
          foreseen = Date.now();
        if (foreseen !== undefined && !shown && Date.now() - foreseen > 30_000) {
          shown = true;
          await page.screenshot({ path: join(SHOTS, 'desktop-filling.png'), fullPage: true });
        }
        await pause(Math.max(100, begun + written * 500 - Date.now()));
      }
      expect(foreseen, 'foreseen before it was full').toBeLessThan(full);
      /** looks begun since that did not see it */
      const blind = new Set<number>();
      let look = 0;
      const seconds = await until('a critical finding', 120, async () => {
        const metrics = await text('metrics');
        const lines = metrics.split('\n').filter((line) => line.includes(at));
        look = plainFigure(metrics, 'ullage_look_duration_seconds');
        const begun = plainFigure(metrics, 'ullage_look_timestamp_seconds') - look / 2;
        const found = lines.some((line) => /^ullage_finding\{.*severity="critical"/.test(line));
        if (!found && begun > (full ?? 0) / 1000) blind.add(begun);
        return found;
      });
      process.stderr.write(
        `foreseen ${((full - (foreseen ?? full)) / 1000).toFixed(0)} s before it was full; found ${seconds.toFixed(1)} s after, a look takes ${look.toFixed(1)} s\n`,
      );
      // each period has a look: the first or the second that begins after it is full sees it
      expect(blind.size).toBeLessThan(2);
      await page.waitForFunction((path) => document.getElementById('findings')?.textContent?.includes(path), at, {
        timeout: PATIENCE,
      });
      expect(await page.locator('#stack').innerHTML()).not.toBe(before);
      expect(await page.locator('.cask.limiting').count()).toBeGreaterThan(0);
      await page.screenshot({ path: join(SHOTS, 'desktop-full.png'), fullPage: true });
      await page.setViewportSize({ width: 390, height: 844 });
      await page.screenshot({ path: join(SHOTS, 'phone-full.png'), fullPage: true });
      expect(errors).toEqual([]);
    });

    test('the real Prometheus has it, its rule fires in the real Alertmanager, and our own message is there too', async () => {
      const alerts = async () =>
        (await (await fetch(url('alertmanager', 'api/v2/alerts'))).json()) as { labels: Record<string, string> }[];
      await until('the rule fires in Alertmanager', 180, async () =>
        (await alerts()).some(
          ({ labels }) =>
            labels['alertname'] === 'UllageFinding' && labels['job'] === 'ullage' && labels['subject'] === at,
        ),
      );
      await until('the message of watch itself', 60, async () =>
        (await alerts()).some(({ labels }) => labels['job'] === undefined && labels['subject'] === at),
      );
      const targets = async () => {
        const { data } = (await (await fetch(url('prometheus', 'api/v1/targets'))).json()) as {
          data: { activeTargets: { health: string; lastError: string }[] };
        };
        return data.activeTargets.map((one) => [one.health, one.lastError]);
      };
      // a scrape that a busy machine did not answer within its 2 s is followed by others
      await vi.waitFor(async () => expect(await targets()).toEqual([['up', '']]), { timeout: 60_000, interval: 500 });
    });

    function alertmanagerConfig(): string {
      const path = join(folder, 'am.yml');
      writeFileSync(path, 'route: { receiver: nobody, group_wait: 1s }\nreceivers: [{ name: nobody }]\n');
      return path;
    }

    function prometheusConfig(): string {
      const path = join(folder, 'prometheus.yml');
      // as shipped, but for the time that it must last
      writeFileSync(join(folder, 'rules.yml'), readFileSync(RULES, 'utf8').replaceAll(/for: \d+m$/gm, 'for: 2s'));
      writeFileSync(
        path,
        `global: { scrape_interval: 2s, evaluation_interval: 2s }
rule_files: [${join(folder, 'rules.yml')}]
alerting: { alertmanagers: [{ static_configs: [{ targets: ['127.0.0.1:${ports.alertmanager}'] }] }] }
scrape_configs: [{ job_name: ullage, static_configs: [{ targets: ['127.0.0.1:${ports.watch}'] }] }]
`,
      );
      return path;
    }
  },
);

/** The program itself: Debian's starter script looks for files where they are not when it is only unpacked. */
function executable(): string {
  const script = ok(['sh', '-c', 'command -v chromium']).trim();
  return script.replace(/bin\/chromium$/, 'lib/chromium/chromium');
}

/** Debian's Alertmanager wants its templates in /usr/share: where it is only unpacked it is shown them there, alone. */
function withShare(): string[] {
  const root = process.env['ULLAGE_UNPACKED'];
  if (root === undefined) return [];
  const show = 'mount -t overlay overlay -o "lowerdir=$0/usr/share:/usr/share" /usr/share && exec "$@"';
  return ['unshare', '-m', 'sh', '-c', show, root];
}
