import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installUnits, removeUnits } from '../../src/host/service-unit.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ullage-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const unit = { name: 'ullage-watch.service', text: '[Unit]\n', enabled: false };

test('into an image nothing is written, and nothing taken away, where a link leads out of it', async () => {
  const [host, image] = [join(folder, 'host'), join(folder, 'image')];
  mkdirSync(join(host, 'system'), { recursive: true });
  mkdirSync(join(image, 'etc'), { recursive: true });
  symlinkSync(host, join(image, 'etc/systemd'));
  const own = join(host, 'system', unit.name);
  await expect(installUnits([unit], { root: image })).rejects.toThrow(/a link leads out of it.*etc\/systemd/);
  expect(existsSync(own)).toBe(false);
  writeFileSync(own, 'of the host');
  await expect(removeUnits([unit.name], { root: image })).rejects.toThrow(/a link leads out of it/);
  expect(readFileSync(own, 'utf8')).toBe('of the host');
});

test('within the image links are followed; a unit that is a link itself is replaced, not what it leads to', async () => {
  const image = join(folder, 'image');
  mkdirSync(join(image, 'usr/etc/systemd/system'), { recursive: true });
  symlinkSync('usr/etc', join(image, 'etc'));
  const masked = join(folder, 'null');
  writeFileSync(masked, '');
  symlinkSync(masked, join(image, 'usr/etc/systemd/system', unit.name));
  const { paths } = await installUnits([unit], { root: image });
  expect(paths).toEqual([join(image, 'etc/systemd/system', unit.name)]);
  expect(readFileSync(join(image, 'usr/etc/systemd/system', unit.name), 'utf8')).toBe(unit.text);
  expect(readFileSync(masked, 'utf8')).toBe('');
  expect(await removeUnits([unit.name], { root: image })).toEqual(paths);
});
