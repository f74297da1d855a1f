import { describe, expect, it } from 'vitest';
import { containerVolume } from '../../../src/remedies/plans/container-volume.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

const ID = 'a'.repeat(64);
const MOUNT = 'b'.repeat(64);
const POOL = 'docker-254:0-131-pool';

const machine = (running: boolean, over: Answers = []): Answers => [
  ...over,
  [
    'docker -H unix:///run/docker.sock inspect',
    `${ID} ${running} ${running ? 77 : 0} 2026-01-01T00:00:00Z devicemapper /api\n`,
  ],
  [`cat /var/lib/docker/image/devicemapper/layerdb/mounts/${ID}/mount-id`, MOUNT],
  [`cat /var/lib/docker/devicemapper/metadata/${MOUNT}`, '{"device_id":7,"size":536870912,"transaction_id":9}'],
  ['stat -f', 'ef53 4096 1000000\n'],
  ['stat -c', '254\n'],
];

const plan = (settings: Record<string, string>, running = false, over: Answers = []) =>
  drafted(
    containerVolume.draft(
      request(
        settings,
        {
          engine: [{ engine: 'docker', root: '/var/lib/docker', socket: '/run/docker.sock', driver: 'devicemapper' }],
          container: [{ engine: 'docker', id: ID, name: 'api' }],
          'docker-dm': [{ poolName: POOL, backingFileSystem: 'xfs' }],
        },
        'api',
      ),
    ),
    machine(running, over),
  );

describe('container-volume', () => {
  it('makes, mounts and removes one and the same device, under the name Docker itself would use', () => {
    const name = `docker-254:0-131-${MOUNT}`;
    const steps = plan({ at: '/mnt/x' }).steps;
    const run = (id: string) => steps.find((step) => step.id === id)?.run.at(-1);
    expect(run('activate')).toEqual(
      ['dmsetup', 'create', '--noudevsync', name, '--table'].concat(`0 1048576 thin /dev/mapper/${POOL} 7`),
    );
    expect(run('mount')).toEqual(['mount', '-o', 'rw,nouuid', `/dev/mapper/${name}`, '/mnt/x']);
    expect(run('deactivate')?.at(-1)).toBe(name);
  });

  it('is made again after a loss of power, and by undo before what was deleted comes back', () => {
    const steps = plan({ at: '/mnt/x', delete: '/data/log', save: '/root' }).steps;
    const step = (id: string) => steps.find((one) => one.id === id);
    for (const id of ['activate', 'mount']) expect(step(id)?.until).toBe('copy');
    expect(step('deactivate')?.undo).toEqual(step('activate')?.run);
    expect(step('unmount')?.undo).toEqual(step('mount')?.run.slice(-1));
    // gone by itself: recognised, not failed
    expect(step('deactivate')?.before.map((check) => check.says)).toEqual(['the device is active']);
    expect(plan({ 'read-only': 'yes' }).steps.find((one) => one.id === 'unmount')?.undo?.[0]?.[2]).toMatch(/^ro/);
  });

  it('stops what runs and starts it at the end', () => {
    expect(plan({}, true).steps.map((step) => step.id)).toEqual([
      'stop-container',
      'activate',
      'mount',
      'trim',
      'unmount',
      'deactivate',
      'start-containers',
    ]);
  });

  it('waits for the operator where nothing is to be deleted', () => {
    expect(plan({}).steps.find((step) => step.confirm !== undefined)?.id).toBe('trim');
  });

  it('deletes nothing without a compared copy, and nothing outside the container', () => {
    expect(() => plan({ delete: '/data/log' })).toThrow(/without a copy/);
    expect(() => plan({ delete: '/../etc', save: '/root' })).toThrow(/not a path to delete/);
    expect(() => plan({ delete: '/', save: '/root' })).toThrow(/not a path to delete/);
    const steps = plan({ delete: '/data/log', save: '/root' }).steps;
    const [copy, remove] = ['copy', 'delete'].map((id) => steps.find((step) => step.id === id));
    expect(copy?.after.map((check) => check.run[0])).toContain('diff');
    expect(remove?.before).toContainEqual(copy?.after[0]);
  });

  it('refuses a container of another driver and a record that is none', () => {
    const other = `${ID} false 0 2026-01-01T00:00:00Z overlay2 /api\n`;
    expect(() => plan({}, false, [['docker -H unix:///run/docker.sock inspect', other]])).toThrow(
      /no volume of its own/,
    );
    expect(() => plan({}, false, [[`cat /var/lib/docker/devicemapper/metadata/${MOUNT}`, '{}']])).toThrow(
      /not Docker's record/,
    );
  });
});
