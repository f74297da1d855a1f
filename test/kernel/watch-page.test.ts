/// <reference lib="dom" />
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Plan } from '../../src/plan/plan.ts';
import type { UsageDocument } from '../../src/usage/document.ts';
import { kernelSuite } from './ready.ts';
import { bundled } from './support/bundled.ts';
import { type Dockerd, importBusybox, startDockerd } from './support/dockerd.ts';
import { ended } from './support/ended.ts';
import { freePort } from './support/free-port.ts';
import { type BtrfsOnLoops, makeBtrfs, must } from './support/loops.ts';
import { type SlowReads, slowReads } from './support/slow-reads.ts';

const MIB = 2 ** 20;
/** For what a browser is to show, ms. */
const PATIENCE = 120_000;
/** Screenshots are kept here. */
const SHOTS = process.env['ULLAGE_SHOTS'] ?? join(tmpdir(), 'ullage-screenshots');
const NEEDS = ['loop', 'mkfs.btrfs', 'btrfs', 'perl', 'dockerd', 'docker', 'containerd', 'runc', 'busybox', 'chromium'];
/** All four where somebody wants to look at them; else one of each size and each colour. */
const SCREENS = (
  [
    { name: 'desktop', width: 1280, height: 900, colorScheme: 'light' },
    { name: 'phone-dark', width: 390, height: 844, colorScheme: 'dark' },
    { name: 'desktop-dark', width: 1280, height: 900, colorScheme: 'dark' },
    { name: 'phone', width: 390, height: 844, colorScheme: 'light' },
  ] as const
).slice(0, process.env['ULLAGE_SHOTS'] === undefined ? 2 : 4);

/** Files of 1 MiB. */
const MANY = `my ($at, $count) = @ARGV; mkdir $at; my $text = join "", map { chr($_ * 7919 % 251) } 1..1048576;
for my $i (0..$count - 1) { open my $f, ">", "$at/$i" or die "$!"; print $f $text; close $f or die "$!" }`;
const TALK = 'i=0; while [ $i -lt 9000 ]; do echo line $i of what it has to say of its orders; i=$((i+1)); done';

/** What is seen of the newest apply at one moment. */
interface Seen {
  badge: string;
  /** `trying`, `done` … of each step */
  steps: string[];
  current: string | undefined;
  /** steps done and the part of the one at work */
  done: number;
}

kernelSuite('the page of a running watch: who holds the space, and an apply', NEEDS, () => {
  let home = '';
  let command = '';
  let slow: SlowReads | undefined;
  let disk: BtrfsOnLoops | undefined;
  let daemon: Dockerd | undefined;
  let watch: ChildProcess | undefined;
  let browser: Browser | undefined;
  let page: Page;
  let url = '';
  const errors: string[] = [];
  const env = () => ({ ...process.env, ULLAGE_STATE_DIR: join(home, 'state') });
  const ullage = (...argv: string[]) =>
    spawnSync(process.execPath, [command, ...argv], { encoding: 'utf8', maxBuffer: 64 * MIB, env: env() });
  const docker = (...argv: string[]): void => {
    const done = daemon?.docker(...argv);
    if (done?.status !== 0) throw new Error(`docker ${argv.join(' ')}: ${done?.stderr}`);
  };
  const container = (name: string, image: string, script: string, ...more: string[]) => {
    const small = ['--network', 'none', '--init', '--stop-timeout', '1'];
    docker('run', '--name', name, ...small, ...more, image, 'sh', '-c', script);
  };

  beforeAll(async () => {
    mkdirSync(SHOTS, { recursive: true });
    home = mkdtempSync(join(tmpdir(), 'ullage-page-'));
    disk = makeBtrfs(join(home, 'disk'), 1, ['-m', 'single', '-d', 'single'], 'noatime', 768 * MIB);
    const { mount, devices } = disk;
    slow = slowReads(devices[0] ?? '', 2 * MIB);
    const root = join(mount, 'docker');
    mkdirSync(root);
    [command, daemon] = await Promise.all([bundled('ullage'), startDockerd(home, root, 'overlay2')]);
    importBusybox(daemon, home, 'busybox:latest');
    container('build', 'busybox:latest', 'dd if=/dev/urandom of=/layer bs=1M count=24');
    docker('commit', 'build', 'shop:1');
    container('build2', 'shop:1', 'dd if=/dev/urandom of=/more bs=1M count=9');
    docker('commit', 'build2', 'shop:2');
    docker('rm', 'build', 'build2');
    docker('volume', 'create', 'orders');
    container('web', 'shop:2', `${TALK}; dd if=/dev/urandom of=/own bs=1M count=5`);
    const writes = 'dd if=/dev/urandom of=/data/file bs=1M count=14';
    container('db', 'shop:1', `${writes}; echo written; sleep 100000`, '-d', '-v', 'orders:/data');
    await vi.waitFor(() => expect(daemon?.docker('logs', 'db').stdout).toContain('written'), { timeout: PATIENCE });
    // two of three files away again: half-empty chunks all over, which a balance has work with
    must('perl', '-e', MANY, join(mount, 'files'), '400');
    must('sync', '-f', mount);
    for (let index = 0; index < 400; index++) if (index % 3 > 0) rmSync(join(mount, 'files', String(index)));
    must('sync', '-f', mount);
    const port = await freePort();
    url = `http://127.0.0.1:${port}/`;
    const options = ['--interval', '5', '--listen', `127.0.0.1:${port}`, '--usage', '60', '--on', mount];
    watch = spawn(process.execPath, [command, 'watch', ...options, '--history', join(home, 'h.sqlite')], {
      env: env(),
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    watch.stderr?.on('data', (chunk: Buffer) => appendFileSync(join(home, 'log'), chunk));
    const { chromium } = await import('playwright-core');
    const script = must('sh', '-c', 'command -v chromium').trim();
    browser = await chromium.launch({
      executablePath: script.replace(/bin\/chromium$/, 'lib/chromium/chromium'),
      args: ['--no-sandbox', '--disable-gpu'],
      timeout: PATIENCE,
    });
    page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    page.setDefaultTimeout(PATIENCE);
    for (let tries = 0; !(await page.goto(url).catch(() => null)); tries++) {
      if (tries > 500) throw new Error(`no page: ${readFileSync(join(home, 'log'), 'utf8')}`);
      await page.waitForTimeout(200);
    }
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('pageerror', (error) => errors.push(error.message));
    await page.waitForSelector('#stack .cask');
    await page.waitForSelector('#usage .treemap');
    // a page that is loaded anew has no such mark
    await page.evaluate(() => Object.assign(document.body.dataset, { here: 'yes' }));
  });

  afterAll(async () => {
    await browser?.close();
    await ended(watch);
    daemon?.docker('kill', 'db');
    await daemon?.stop();
    if (disk) spawnSync('btrfs', ['balance', 'cancel', disk.mount]);
    disk?.remove();
    slow?.remove();
    rmSync(home, { recursive: true, force: true });
  });

  /** Pictures of the page as it is, on each screen. */
  async function shots(name: string): Promise<void> {
    for (const { name: screen, width, height, colorScheme } of SCREENS) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
      await page.screenshot({ path: join(SHOTS, `${screen}-${name}.png`), fullPage: true });
    }
  }

  /** What axe finds, everything opened, at both sizes and in both colours. */
  async function faults(): Promise<string[]> {
    const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
    const found: string[] = [];
    for (const { name, width, height, colorScheme } of SCREENS.slice(0, 2)) {
      const viewport = { width, height };
      const context = await (browser as Browser).newContext({ viewport, colorScheme, bypassCSP: true });
      context.setDefaultTimeout(PATIENCE);
      const looked = await context.newPage();
      await looked.goto(url);
      await looked.evaluate(() => {
        for (const one of document.querySelectorAll('details')) one.open = true;
      });
      await looked.addScriptTag({ path: axe });
      const violations = await looked.evaluate(async () => {
        const { axe: run } = globalThis as unknown as {
          axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
        };
        return (await run.run()).violations;
      });
      for (const { id, impact, nodes } of violations)
        if (['serious', 'critical'].includes(impact)) found.push(`${name}: ${id}: ${nodes[0]?.html.slice(0, 200)}`);
      await looked.screenshot({ path: join(SHOTS, `${name}-open.png`), fullPage: true });
      await context.close();
    }
    return found;
  }

  /** What Tab comes to, with the beginning of its name; nothing without a name, nothing that is not seen to have the focus. */
  async function walked(): Promise<string[]> {
    const stops: string[] = [];
    await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
    for (let count = 0; count < 40; count++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const at = document.activeElement;
        if (!at || at === document.body) return undefined;
        const name = at.getAttribute('aria-label') ?? at.textContent ?? '';
        const shown = getComputedStyle(at).outlineStyle !== 'none';
        return `${shown ? '' : 'not seen: '}${at.tagName.toLowerCase()} ${name.trim().split(/[:,]/)[0]}`;
      });
      if (stop === undefined) break;
      expect(stop).toMatch(/^(a|summary|div) \S/);
      stops.push(stop);
    }
    return stops;
  }

  const seen = (): Promise<Seen> =>
    page.evaluate(() => {
      const apply = document.querySelector('#applies .apply');
      return {
        badge: apply?.querySelector('.badge')?.textContent ?? '',
        steps: [...(apply?.querySelectorAll('.step') ?? [])].map((step) => step.className.replace('step ', '')),
        current: apply?.querySelector('[aria-current=step] .title')?.textContent ?? undefined,
        done: apply?.querySelector<HTMLProgressElement>('.whole progress')?.value ?? 0,
      };
    });

  /** Looks again and again until it is so. @returns all that was seen, what was the same once */
  async function follow(what: string, is: (seen: Seen) => boolean): Promise<Seen[]> {
    const all: Seen[] = [];
    for (const end = Date.now() + 180_000; ; ) {
      const now = await seen();
      if (JSON.stringify(now) !== JSON.stringify(all.at(-1))) all.push(now);
      if (is(now)) return all;
      if (Date.now() > end) throw new Error(`not in time: ${what}: ${JSON.stringify(all.slice(-6))}`);
      await page.waitForTimeout(100);
    }
  }

  test('the picture has the names and bytes of usage, each byte once', async () => {
    const told = JSON.parse(ullage('usage', '--json', '--no-cache').stdout) as UsageDocument;
    const rows = await page.evaluate(() =>
      [...document.querySelectorAll('#usage tbody tr')].map((row) => ({
        kind: row.querySelector('td')?.textContent ?? '',
        name: row.querySelector('th bdi')?.textContent ?? '',
        bytes: [...row.querySelectorAll<HTMLElement>('[data-bytes]')].map((cell) => Number(cell.dataset['bytes'])),
      })),
    );
    const wanted = told.items.filter(({ kind }) => ['image', 'container', 'volume', 'log'].includes(kind));
    const named = wanted.map(({ kind, name }) => `${kind} ${name}`);
    for (const one of ['image shop:1', 'image shop:2', 'container web', 'container db', 'volume orders', 'log web'])
      expect(named).toContain(one);
    for (const { kind, name, exclusive, shared, onDisk } of wanted)
      expect(rows).toContainEqual({ kind, name, bytes: [exclusive, shared, onDisk] });
    const titles = await page.locator('#usage .treemap.wide > svg > title').allTextContents();
    for (const one of ['container web', 'log web', 'volume orders', 'image shop:2', 'layer of '])
      expect(
        titles.filter((title) => title.startsWith(one)),
        `${one} in ${titles.join('; ')}`,
      ).not.toEqual([]);
    expect(await page.locator('#usage .legend').textContent()).toMatch(/images.*MiB.*needed by several/);
    await shots('usage');
  });

  test('an apply: its steps, the one at work; killed, gone on with, done; without loading anew', {
    timeout: 900_000,
  }, async () => {
    const mount = disk?.mount ?? '';
    const file = join(home, 'plan.json');
    const made = ullage('plan', 'btrfs-rebalance', '--on', mount, '--set', 'target=550m', '-o', file);
    expect(made.status, made.stderr).toBe(0);
    const plan = JSON.parse(readFileSync(file, 'utf8')) as Plan;
    const apply = (...argv: string[]) => {
      const [program = '', ...enter] = slow?.enter ?? [];
      const whole = [...enter, process.execPath, command, 'apply', ...argv, '--yes', '--no-look'];
      return spawn(program, whole, { env: env(), stdio: 'ignore' });
    };
    const started = Date.now();
    const first = apply(file);
    const running = await follow('a step at work', ({ steps }) => steps.includes('trying'));
    expect(running.at(-1)?.badge).toBe('at work');
    expect(running.at(-1)?.steps).toHaveLength(plan.steps.length);
    expect(plan.steps.map(({ title }) => title)).toContain(running.at(-1)?.current);
    expect(await page.locator('#work').textContent()).toContain('At work: ');
    await shots('apply');
    first.kill('SIGKILL');
    await follow('cut short', ({ badge }) => badge === 'cut short');
    expect(await page.locator('#applies').textContent()).toContain(`ullage apply --resume ${plan.id}`);
    await shots('apply-killed');
    expect(await faults()).toEqual([]);
    expect(await walked()).toEqual(expect.arrayContaining(['a Cut short', 'summary Each by name', 'div Headroom']));
    slow?.to(20 * MIB);
    apply('--resume', plan.id);
    const resumed = await follow('done', ({ badge }) => badge === 'applied');
    await shots('apply-done');
    const states = JSON.stringify([running, resumed]);
    process.stderr.write(`apply seen for ${((Date.now() - started) / 1000).toFixed(0)} s: ${states}\n`);
    const moved = [...running, ...resumed].map(({ done }) => done);
    expect(moved).toEqual([...moved].sort((a, b) => a - b));
    expect(new Set(moved).size).toBeGreaterThan(2);
    expect(resumed.at(-1)?.steps.every((one) => one === 'done' || one === 'skipped')).toBe(true);
    expect(await page.evaluate(() => document.body.dataset['here'])).toBe('yes');
    expect(errors).toEqual([]);
  });
});
