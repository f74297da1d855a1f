import { expect, test } from 'vitest';
import { atHalfWay, type End, firstOf, readMetrics, readTold } from '../../lab/foreseen.ts';

const METRICS = `# TYPE ullage_look_timestamp_seconds gauge
ullage_look_timestamp_seconds 1000
# TYPE ullage_exhaustion_seconds gauge
ullage_exhaustion_seconds{consumer="container db",layer="",resource=""} 310
ullage_exhaustion_seconds{consumer="",layer="pool:p",resource="data"} 311
ullage_exhaustion_soonest_seconds{consumer="container db",layer="",resource=""} 290
`;

test('metrics give the time left by consumer, and nothing before the first look', () => {
  expect(readMetrics('ullage_look_up 0\n', 5)).toBeUndefined();
  const said = readMetrics(METRICS, 1004);
  expect(said).toEqual({ at: 1004, lookAt: 1000, left: new Map([['container db', 310]]) });
});

test('what was said last before half-way counts, from its own look on', () => {
  const said = (at: number, seconds: number) => ({ at, lookAt: at - 4, left: new Map([['db', seconds]]) });
  const all = [said(900, 1), said(1004, 310), said(1060, 7)];
  // 800 to 1300: half-way is 1050; foretold for 1310
  const found = atHalfWay(all, 'db', 800, 1300);
  expect(found).toMatchObject({ said: 260, left: 250 });
  expect(found.off).toBeCloseTo(0.04);
  expect(atHalfWay(all, 'web', 800, 1300)).toEqual({ left: 250 });
  expect(atHalfWay([], 'db', 800, 1300)).toEqual({ left: 250 });
});

test('the first warning that names the cause counts, not a finding, not one for another, not one too late', () => {
  const line = (at: number, more: object) =>
    `${at} ${JSON.stringify({ version: 1, status: 'firing', rule: 'UllageExhaustion', cause: 'a', ...more })}`;
  const told = readTold(
    [
      line(1, { cause: 'b' }),
      line(2, { rule: 'UllageFinding' }),
      line(3, { status: 'resolved' }),
      line(4, {}),
      '',
    ].join('\n'),
  );
  const end = { cause: 'a' } as End;
  expect(told).toHaveLength(4);
  expect(firstOf(told, end, 10)?.at).toBe(4);
  expect(firstOf(told, end, 4)).toBeUndefined();
});
