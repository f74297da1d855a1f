import type { Headroom, Layer, Resource } from '../stack/layer.ts';
import { resourceName } from './look.ts';
import type { State } from './state.ts';

type Labels = Record<string, string>;

/** Time series of one family at most: what comes beyond is counted, not printed. */
const MOST = 400;

/**
 * The Prometheus text format, 0.0.4 (prometheus/docs exposition_formats). Labels are names of layers,
 * resources, consumers and causes: their number is bounded by what a stack has, and by {@link MOST}.
 */
export function metricsText(state: State, version: string): string {
  const { look } = state;
  const text = new Exposition();
  text.family('ullage_build_info', 'ullage that watches.', [[{ version }, 1]]);
  text.family('ullage_look_up', 'Whether the last look at the host succeeded.', [
    [{}, state.problem === undefined ? 1 : 0],
  ]);
  text.family('ullage_history_writable', 'Whether the history can be written.', [
    [{}, state.historyProblem === undefined ? 1 : 0],
  ]);
  text.family(
    'ullage_care_last_run_timestamp_seconds',
    'When a remedy last ran by itself at a place.',
    (state.care ?? []).map(({ remedy, on, at }) => [{ remedy, on }, at]),
  );
  text.family(
    'ullage_care_last_run_info',
    'How the last run of a remedy by itself ended.',
    (state.care ?? []).map(({ remedy, on, outcome }) => [{ remedy, on, outcome }, 1]),
  );
  if (look) {
    text.family('ullage_look_timestamp_seconds', 'The middle of the last look.', [[{}, look.at]]);
    text.family(
      'ullage_look_whole_timestamp_seconds',
      'When everything was asked last; since then nothing moved for which it is asked again.',
      [[{}, look.wholeAt ?? look.at]],
    );
    text.family('ullage_look_duration_seconds', 'How long the last look took.', [[{}, look.seconds]]);
    text.family(
      'ullage_headroom_bytes',
      'Bytes that a consumer can still write before the first error, through all layers.',
      of(look.headroom, 'bytes'),
    );
    text.family('ullage_headroom_inodes', 'Files that a consumer can still create.', of(look.headroom, 'inodes'));
    text.family(
      'ullage_df_available_bytes',
      'What df says is available to a consumer.',
      of(look.headroom, 'dfAvailable'),
    );
    text.family(
      'ullage_headroom_limit_info',
      'Layer and resource that stop a consumer first.',
      look.headroom.flatMap(({ consumer, stoppedBy }): [Labels, number][] =>
        stoppedBy ? [[{ consumer, layer: stoppedBy.layer, resource: stoppedBy.resource }, 1]] : [],
      ),
    );
    for (const [unit, of_] of [
      ['bytes', 'bytes'],
      ['items', 'count'],
    ] as const)
      for (const field of ['used', 'capacity', 'free', 'reserved'] as const)
        text.family(
          `ullage_resource_${field}_${unit}`,
          `${HELP[field]} of a layer's resource, in ${unit === 'items' ? 'pieces (inodes)' : 'bytes'}.`,
          resources(look.layers, of_, field),
        );
    text.family(
      'ullage_layer_info',
      'A layer of the stack.',
      look.layers.map((layer) => [{ layer: layer.id, kind: layer.kind, storage: layer.storage ?? '' }, 1]),
    );
    text.family(
      'ullage_layer_state_info',
      'State of a thin pool as the findings tell: 1 where one of them holds.',
      poolStates(state),
    );
    const findings = new Map<string, [Labels, number]>();
    for (const { cause, severity, confidence, subject } of look.findings) {
      const labels = { cause, severity, confidence, subject: subject.slice(0, 120) };
      findings.set(JSON.stringify(labels), [labels, 1]);
    }
    text.family('ullage_finding', 'A finding of the doctor that stands now.', [...findings.values()]);
    const outlooks = (field: 'seconds' | 'soonest' | 'latest') =>
      state.outlooks.flatMap((one): [Labels, number][] => {
        const value = one[field];
        if (value === undefined) return [];
        return [
          [
            'consumer' in one
              ? { consumer: one.consumer, layer: '', resource: '' }
              : { consumer: '', layer: one.layer, resource: one.resource },
            Math.round(value),
          ],
        ];
      });
    text.family(
      'ullage_exhaustion_seconds',
      'Time until nothing is left, where that can be told.',
      outlooks('seconds'),
    );
    text.family(
      'ullage_exhaustion_soonest_seconds',
      'Lower end of the 95 % interval of ullage_exhaustion_seconds.',
      outlooks('soonest'),
    );
    text.family(
      'ullage_exhaustion_latest_seconds',
      'Upper end of the 95 % interval of ullage_exhaustion_seconds.',
      outlooks('latest'),
    );
  }
  text.family('ullage_series_dropped', 'Time series left out because a family had too many.', [[{}, text.dropped]]);
  return text.lines.join('');
}

const HELP = {
  used: 'Used',
  capacity: 'Capacity',
  free: 'What its consumers may still take',
  reserved: 'Reserved',
} as const;

function of(headroom: readonly Headroom[], field: 'bytes' | 'inodes' | 'dfAvailable'): [Labels, number][] {
  return headroom.flatMap((one): [Labels, number][] => {
    const value = one[field];
    return value === undefined ? [] : [[{ consumer: one.consumer }, value]];
  });
}

function resources(
  layers: readonly Layer[],
  unit: Resource['unit'],
  field: 'used' | 'capacity' | 'free' | 'reserved',
): [Labels, number][] {
  return layers.flatMap((layer) =>
    layer.resources.flatMap((resource): [Labels, number][] => {
      const value = resource[field];
      return resource.unit !== unit || value === undefined
        ? []
        : [[{ layer: layer.id, resource: resourceName(resource) }, value]];
    }),
  );
}

/** Causes that are a mode of a thin pool. */
const POOL_STATES: Record<string, string> = {
  'dm-thin-data-full': 'out_of_data_space',
  'dm-thin-metadata-full': 'out_of_metadata_space',
  'dm-thin-needs-check': 'needs_check',
  'dm-thin-fail': 'fail',
};

function poolStates({ look }: State): [Labels, number][] {
  const standing = new Set(look?.findings.filter((one) => one.confidence === 'confirmed').map((one) => one.cause));
  return (look?.layers ?? [])
    .filter((layer) => layer.kind === 'thin-pool')
    .flatMap((layer) =>
      Object.entries(POOL_STATES).map(([cause, state]): [Labels, number] => [
        { layer: layer.id, state },
        standing.has(cause) ? 1 : 0,
      ]),
    );
}

class Exposition {
  readonly lines: string[] = [];
  dropped = 0;
  family(name: string, help: string, samples: readonly (readonly [Labels, number])[]): void {
    if (samples.length === 0) return;
    this.lines.push(`# HELP ${name} ${help.replaceAll('\\', '\\\\')}\n# TYPE ${name} gauge\n`);
    this.dropped += Math.max(0, samples.length - MOST);
    const seen = new Set<string>();
    for (const [labels, value] of samples.slice(0, MOST)) {
      const inner = Object.entries(labels)
        .map(([key, text]) => `${key}="${escaped(text)}"`)
        .join(',');
      // the same twice would make a scrape fail as a whole
      if (seen.has(inner) || !Number.isFinite(value)) continue;
      seen.add(inner);
      this.lines.push(`${name}${inner === '' ? '' : `{${inner}}`} ${value}\n`);
    }
  }
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
