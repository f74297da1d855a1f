import { expect, test } from 'vitest';
import { type Fact, Facts } from '../../src/probes/fact.ts';
import type { FactMap } from '../../src/probes/facts.ts';
import { compareDrivers } from '../../src/stack/drivers.ts';

const KERNEL = 'nodev\tsysfs\n\text4\n\txfs\nnodev\toverlay\n\tbtrfs\n';

function facts(engine: Partial<FactMap['engine']>): Facts {
  const value = { engine: 'docker', root: '/var/lib/docker', ...engine } as const;
  const fact: Fact<'engine'> = { kind: 'engine', value, source: { label: 'docker info' }, quote: '', order: 0 };
  return new Facts([fact]);
}

const of = (comparison: ReturnType<typeof compareDrivers>, name: string) =>
  comparison.drivers.find((one) => one.name === name);

test('devicemapper on ext4 with Docker 20.10: overlay2 fits and is advised', () => {
  const seen = compareDrivers(
    facts({ driver: 'devicemapper', version: '20.10.24', backingFileSystem: 'extfs' }),
    KERNEL,
  );
  expect(seen.fileSystem).toBe('ext4');
  expect(of(seen, 'devicemapper')).toMatchObject({ current: true, usable: true });
  expect(of(seen, 'overlay2')).toMatchObject({ current: false, usable: true });
  expect(of(seen, 'btrfs')).toMatchObject({ usable: false });
  expect(seen.advice).toContain('ullage plan switch-to-overlay2');
});

test('Docker 26 has no devicemapper any more', () => {
  const seen = compareDrivers(facts({ driver: 'overlay2', version: '26.1.5', backingFileSystem: 'extfs' }), KERNEL);
  expect(of(seen, 'devicemapper')?.usable).toBe(false);
  expect(seen.advice).toBeUndefined();
});

test('xfs without d_type: overlay2 cannot be used', () => {
  const seen = compareDrivers(
    facts({ driver: 'vfs', version: '24.0.7', backingFileSystem: 'xfs', supportsDType: false }),
    KERNEL,
  );
  expect(of(seen, 'overlay2')).toMatchObject({ usable: false });
  expect(seen.advice).toBeUndefined();
});

test('without Docker nothing is claimed', () => {
  const seen = compareDrivers(new Facts(), '');
  expect(seen.drivers.map((driver) => driver.usable).filter((usable) => usable === true)).toEqual([]);
});
