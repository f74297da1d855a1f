import { expect, test } from 'vitest';
import { probes } from '../../src/probes/index.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { buildStack } from '../../src/stack/build.ts';
import { headroomOf } from '../../src/stack/headroom.ts';

const MIB = 2 ** 20;

test("containerd's devmapper snapshotter can take what its pool has left", () => {
  const config =
    'version = 2\n[plugins."io.containerd.snapshotter.v1.devmapper"]\n  pool_name = "containerd-pool"\n  base_image_size = "256MB"\n';
  const facts = recognise(
    [
      makeDocument({ kind: 'read', path: '/etc/containerd/config.toml' }, config),
      makeDocument(
        { kind: 'run', argv: ['dmsetup', 'table'] },
        'containerd-pool: 0 655360 thin-pool 253:0 253:1 128 32768 1 skip_block_zeroing\n',
      ),
      makeDocument(
        { kind: 'run', argv: ['dmsetup', 'status', '--noflush'] },
        'containerd-pool: 0 655360 thin-pool 0 429/4096 3520/5120 - rw discard_passdown queue_if_no_space - 1024\n',
      ),
    ],
    probes,
  );
  expect(headroomOf(buildStack(facts), facts)).toMatchObject([
    {
      consumer: '/var/lib/containerd/io.containerd.snapshotter.v1.devmapper',
      bytes: 100 * MIB,
      stoppedBy: { layer: 'pool:containerd-pool' },
    },
  ]);
});
