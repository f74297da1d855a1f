import { expect, test } from 'vitest';
import type { Condition } from '../../src/watch/alerts/condition.ts';
import { advance, type Incident } from '../../src/watch/alerts/incident.ts';
import { conditionsOf, USUAL_RULES } from '../../src/watch/alerts/rules.ts';
import type { State } from '../../src/watch/state.ts';

const trouble = (severity: Condition['severity'] = 'warning'): Condition => ({
  key: 'exhaustion\tfs:/data',
  rule: 'UllageExhaustion',
  severity,
  subject: '/data',
  summary: 'will be full',
  for: 600,
});

/** Plays one list of conditions a minute and tells the messages with their minute. */
function play(minutes: readonly (readonly Condition[])[]): string[] {
  let incidents: Incident[] = [];
  const said: string[] = [];
  for (const [minute, conditions] of minutes.entries()) {
    const next = advance(incidents, conditions, minute * 60);
    incidents = next.incidents;
    said.push(...next.messages.map((one) => `${minute} ${one.kind} ${one.incident.condition.severity}`));
  }
  return said;
}

const times = <T>(count: number, one: T): T[] => Array.from({ length: count }, () => one);

test('it must last before it is told, and is told once', () => {
  expect(play([...times(10, [trouble()]), []])).toEqual([]);
  expect(play(times(60, [trouble()]))).toEqual(['10 firing warning']);
});

test('what flaps is one incident; it is over after a quarter of an hour of calm', () => {
  const flapping = Array.from({ length: 60 }, (_, minute) => (minute > 12 && minute % 3 === 0 ? [] : [trouble()]));
  expect(play([...flapping, ...times(30, [])])).toEqual(['10 firing warning', '74 resolved warning']);
});

test('worse is told again, better is not', () => {
  expect(play([...times(20, [trouble()]), ...times(5, [trouble('critical')]), ...times(5, [trouble()])])).toEqual([
    '10 firing warning',
    '20 firing critical',
  ]);
});

test('a clock that was set back delays neither the first message nor the last', () => {
  const said: string[] = [];
  let incidents: Incident[] = [];
  const minute = (at: number, conditions: readonly Condition[]) => {
    const next = advance(incidents, conditions, at * 60);
    incidents = next.incidents;
    said.push(...next.messages.map((one) => `${at} ${one.kind}`));
  };
  minute(1e6, [trouble()]);
  // an hour, or thirty years: the clock of a machine without a battery
  for (let at = 0; at <= 10; at++) minute(at, [trouble()]);
  expect(said).toEqual(['10 firing']);
  minute(2e6, [trouble()]);
  for (let at = 0; at <= 16; at++) minute(at, []);
  expect(said).toEqual(['10 firing', '15 resolved']);
});

test('one condition for consumers that end at the same resource of a layer, with time, room and the command that cures', () => {
  const stopped = { layer: 'fs:/data', resource: 'bytes' as const, why: 'its free space ends there' };
  const outlook = { seconds: 7200, soonest: 7000, rate: -1, seen: 86400, by: 'drift' as const };
  const state: State = {
    interval: 60,
    incidents: [],
    look: {
      at: 0,
      seconds: 1,
      host: { engines: [] },
      layers: [],
      findings: [],
      headroom: ['/data', '/data/docker'].map((consumer) => ({
        consumer,
        layer: 'fs:/data',
        bytes: 5,
        stoppedBy: stopped,
      })),
    },
    outlooks: [
      { ...outlook, consumer: '/data' },
      { ...outlook, consumer: '/data/docker' },
    ],
  };
  const found = conditionsOf(state, USUAL_RULES, 0);
  expect(found).toHaveLength(1);
  expect(found[0]).toMatchObject({ severity: 'critical', headroom: 5, seconds: 7200, remedy: 'ullage doctor --all' });
  expect(conditionsOf(state, USUAL_RULES, 3)[0]?.rule).toBe('UllageNoLook');
});

test('a thin pool ends twice: Docker stops at its minimum, who runs at the last block; each names the cause to come', () => {
  const pool = 'pool:p';
  const outlook = { soonest: 1, rate: -1, seen: 600, by: 'drift' as const };
  const state: State = {
    interval: 60,
    incidents: [],
    look: {
      at: 0,
      seconds: 1,
      host: { engines: [] },
      layers: [{ id: pool, kind: 'thin-pool', name: 'thin pool p', resources: [], on: [] }],
      findings: [
        {
          cause: 'docker-dm-loop-lvm',
          severity: 'notice',
          confidence: 'possible',
          subject: 'thin pool p',
          explanation: '',
          evidence: [],
          remedies: ['loop-to-direct-lvm', 'grow-loop-pool'],
        },
      ],
      headroom: [
        {
          consumer: '/var/lib/docker',
          layer: 'store',
          stoppedBy: { layer: pool, resource: 'minimum free space', why: '' },
        },
        { consumer: 'container web', layer: 'c', stoppedBy: { layer: pool, resource: 'data', why: '' } },
        { consumer: 'container db', layer: 'c', stoppedBy: { layer: pool, resource: 'data', why: '' } },
      ],
    },
    outlooks: [
      { ...outlook, consumer: '/var/lib/docker', seconds: 100 },
      { ...outlook, consumer: 'container web', seconds: 200 },
      { ...outlook, consumer: 'container db', seconds: 200 },
    ],
  };
  const found = conditionsOf(state, USUAL_RULES, 0);
  expect(found.map(({ subject, cause }) => [subject, cause])).toEqual([
    ['/var/lib/docker', 'docker-dm-min-free-space'],
    ['container web', 'dm-thin-data-full'],
  ]);
  // lasting or quick: before an end that is foreseen the quick one is told
  expect(found[0]?.remedy).toBe("ullage plan grow-loop-pool --on 'thin pool p'");
  expect(new Set(found.map((one) => one.key)).size).toBe(2);
});
