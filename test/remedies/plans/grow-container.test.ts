import { describe, expect, it } from 'vitest';
import { growContainer } from '../../../src/remedies/plans/grow-container.ts';
import { faults } from '../support/drive.ts';
import { type Answers, drafted, request } from './thin-answers.ts';

const ID = 'a'.repeat(64);
const MOUNT = 'b'.repeat(64);
const POOL = 'docker-254:0-131-pool';
const MIB = 2 ** 20;
const SIZE = 512 * MIB;
const RECORD = `/var/lib/docker/devicemapper/metadata/${MOUNT}`;

const machine = (over: Answers = []): Answers => [
  ...over,
  ['docker -H unix:///run/docker.sock inspect', `${ID} true 77 2026-01-01T00:00:00Z devicemapper /api\n`],
  ['docker -H unix:///run/docker.sock info', 'false\n'],
  [`cat /var/lib/docker/image/devicemapper/layerdb/mounts/${ID}/mount-id`, MOUNT],
  [`cat ${RECORD}`, `{"device_id":7,"size":${SIZE},"transaction_id":9,"initialized":false}`],
  ['cat /proc/40/cmdline', 'dockerd\0--data-root\0/var/lib/docker\0'],
  ['cat /proc/40/cgroup', '0::/system.slice/docker.service\n'],
  ['test -e /etc/docker/daemon.json', ''],
  ['cat /etc/docker/daemon.json', '{"log-driver":"local","storage-opts":["dm.basesize=10G","dm.fs=ext4"]}'],
];

const plan = (settings: Record<string, string>, over: Answers = []) =>
  drafted(
    growContainer.draft(
      request(
        settings,
        {
          engine: [{ engine: 'docker', root: '/var/lib/docker', socket: '/run/docker.sock', driver: 'devicemapper' }],
          container: [{ engine: 'docker', id: ID, name: 'api' }],
          'docker-dm': [{ poolName: POOL, backingFileSystem: 'ext4', baseDeviceSize: SIZE }],
          process: [{ pid: 40, program: 'dockerd' }],
        } as never,
        'api',
      ),
    ),
    machine(over),
  );
const ids = (settings: Record<string, string>) => plan(settings).steps.map((step) => step.id);

describe('grow-container', () => {
  it('finds what runs beside it running again when it is undone', () => {
    const both = [`${ID} true 77`, `${'c'.repeat(64)} true 78`].map(
      (one, index) => `${one} 2026-01-01T00:00:00Z devicemapper /${index === 0 ? 'api' : 'web'}\n`,
    );
    const { steps } = plan({ size: '1g' }, [['docker -H unix:///run/docker.sock inspect', both.join('')]]);
    const at = steps.findIndex((step) => step.id === 'stop-docker');
    expect(steps[at - 1]?.undo).toEqual([['docker', '-H', 'unix:///run/docker.sock', 'start', 'web']]);
    expect(steps[at - 1]?.undoIf?.[0]?.matches).toBe('false');
    expect(steps.at(-2)?.run).toEqual([['docker', '-H', 'unix:///run/docker.sock', 'start', 'api', 'web']]);
  });

  it('changes the record while the daemon that keeps it in memory is down, then the file system', () => {
    const order = ids({ size: '1g' });
    for (const [first, second] of [
      ['stop-container', 'stop-docker'],
      ['stop-docker', 'record'],
      ['record', 'start-docker'],
      ['start-docker', 'grow-file-system'],
      ['grow-file-system', 'start-containers'],
    ] as const)
      expect(order.indexOf(first), `${first} before ${second}`).toBeLessThan(order.indexOf(second));
    const draft = plan({ size: '1g' });
    expect(faults(growContainer, draft)).toEqual([]);
    const texts = draft.steps.find((step) => step.id === 'texts')?.writes;
    expect(texts?.map(({ content }) => (JSON.parse(content) as { size: number }).size)).toEqual([SIZE, 2 * SIZE]);
    expect(texts?.map(({ content }) => (JSON.parse(content) as { device_id: number }).device_id)).toEqual([7, 7]);
    const activate = draft.steps.find((step) => step.id === 'activate');
    expect(activate?.run[0]?.at(-1)).toBe(`0 ${(2 * SIZE) / 512} thin /dev/mapper/${POOL} 7`);
  });

  it('takes twice the size by itself, whole blocks, and never less than there is', () => {
    expect(plan({}).settings['size']).toBe(String(2 * SIZE));
    expect(Number(plan({ size: String(2 * SIZE + 1000) }).settings['size'])).toBe(2 * SIZE);
    expect(() => plan({ size: '512m' })).toThrow(/can only grow.*--set size=/);
  });

  it('leaves the size of new containers alone unless asked', () => {
    expect(ids({ size: '1g' })).not.toContain('default-size');
    expect(plan({ size: '1g' }).notes.join()).toMatch(/--set default=yes/);
  });

  it('merges the size of new containers into the configuration, for the start that it does anyway', () => {
    const { steps, settings } = plan({ size: '1g', default: 'yes' });
    const at = steps.findIndex((step) => step.id === 'default-size');
    expect(steps[at + 1]?.id).toBe('start-docker');
    expect(JSON.parse(steps[at]?.writes?.[0]?.content ?? '')).toEqual({
      'log-driver': 'local',
      'storage-opts': ['dm.fs=ext4', 'dm.basesize=1024M'],
    });
    expect(settings['default']).toBe(String(1024 * MIB));
    // the base device has grown by then: Docker would not start with the old size
    expect(steps[at]?.undo).toBeUndefined();
    const none = plan({ size: '1g', default: '20g' }, [['cat /etc/docker/daemon.json', '{}']]);
    const step = none.steps.find((one) => one.id === 'default-size');
    expect(step).toMatchObject({ undo: [], writes: [{ content: expect.stringContaining('"dm.basesize=20480M"') }] });
  });

  it('refuses a default that Docker would not start with', () => {
    expect(() => plan({ default: '256m' })).toThrow(/can only grow/);
    expect(() => plan({ default: 'large' })).toThrow(/not a size for new containers/);
    const flags = 'dockerd\0--storage-opt\0dm.fs=xfs\0';
    expect(() => plan({ default: 'yes' }, [['cat /proc/40/cmdline', flags]])).toThrow(/as arguments/);
    expect(() => plan({ default: 'yes' }, [['cat /etc/docker/daemon.json', '{']])).toThrow(/not JSON/);
  });

  it('refuses a container of another driver and one that is not there', () => {
    const other = `${ID} true 77 2026-01-01T00:00:00Z overlay2 /api\n`;
    expect(() => plan({}, [['docker -H unix:///run/docker.sock inspect', other]])).toThrow(/no volume of its own/);
    const renamed = `${ID} true 77 2026-01-01T00:00:00Z devicemapper /web\n`;
    expect(() => plan({}, [['docker -H unix:///run/docker.sock inspect', renamed]])).toThrow(/There are: web/);
  });
});
