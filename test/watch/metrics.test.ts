import { expect, test } from 'vitest';
import { metricsText } from '../../src/watch/metrics.ts';
import { sceneState } from './scene.ts';

test('each figure stands under its name', () => {
  const text = metricsText(sceneState(), '1.2.3');
  for (const line of [
    'ullage_build_info{version="1.2.3"} 1',
    'ullage_headroom_bytes{consumer="/data"} 2147483648',
    'ullage_df_available_bytes{consumer="/data"} 3221225472',
    'ullage_headroom_limit_info{consumer="/data",layer="fs:/data",resource="unallocated"} 1',
    'ullage_resource_free_bytes{layer="fs:/data",resource="unallocated /dev/loop1"} 2147483648',
    'ullage_resource_used_items{layer="pool:p",resource="inodes"} 99',
    'ullage_finding{cause="btrfs-metadata-exhausted",severity="critical",confidence="confirmed",subject="/data"} 1',
    'ullage_exhaustion_seconds{consumer="/data",layer="",resource=""} 7200',
    'ullage_layer_state_info{layer="pool:p",state="needs_check"} 0',
    'ullage_series_dropped 0',
  ])
    expect(text).toContain(`${line}\n`);
  // what is not known is absent, never 0
  expect(text).not.toContain('consumer="/other"');
});

test('a line is a line, whatever a name holds; the same series stands once', () => {
  const text = metricsText(sceneState('"\\\n} 5'), '1');
  for (const line of text.trim().split('\n'))
    expect(line).toMatch(
      /^(?:# (?:HELP|TYPE) ullage_\w+ .*|ullage_\w+(?:\{(?:\w+="(?:[^"\\\n]|\\[\\"n])*",?)*\})? -?[\d.e+]+)$/,
    );
  const state = sceneState();
  const [first] = state.look?.headroom ?? [];
  if (first) state.look?.headroom.push(first);
  const series = metricsText(state, '1')
    .split('\n')
    .filter((line) => line.startsWith('ullage_headroom_bytes'));
  expect(series).toHaveLength(1);
});

test('no family grows without bounds', () => {
  const state = sceneState();
  state.look?.headroom.push(
    ...Array.from({ length: 1000 }, (_, index) => ({ consumer: `c${index}`, layer: 'x', bytes: 1 })),
  );
  const text = metricsText(state, '1');
  expect(text.match(/^ullage_headroom_bytes/gm)).toHaveLength(400);
  expect(text).toContain('ullage_series_dropped 601\n');
});
