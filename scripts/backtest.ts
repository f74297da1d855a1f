/**
 * `npm run backtest [SEEDS]`: ullage's forecast beside Prometheus' predict_linear and a straight line, on generated
 * histories. The same numbers in every run.
 */
import { forecast } from '../src/watch/forecast/forecast.ts';
import { recentOf } from '../src/watch/recent.ts';
import { CLASSES, history } from './backtest/histories.ts';
import { predictLinear, straightLine } from './backtest/peers.ts';
import { type Method, scoreOf } from './backtest/score.ts';

const DAY = 86400;
const seeds = Number(process.argv[2] ?? 6);
const methods: { name: string; method: Method; lookBack: number }[] = [
  { name: 'ullage', method: (points) => forecast(recentOf(points).points())?.seconds, lookBack: 7 * DAY },
  { name: 'predict_linear 6h', method: (points) => predictLinear(points, 6 * 3600), lookBack: 6 * 3600 },
  { name: 'predict_linear 1h', method: (points) => predictLinear(points, 3600), lookBack: 3600 },
  { name: 'straight line 24h', method: straightLine, lookBack: DAY },
];

const cell = (value: number, digits: number, unit = '') =>
  Number.isNaN(value) ? '-' : `${value.toFixed(digits)}${unit}`;
console.log(
  `${seeds} histories of each class, 10 days, a point a minute; asked every 30 min; "gone within 24 h" for 1 h is a warning`,
);
console.log(['class'.padEnd(23), 'method'.padEnd(18), '   error', 'false/week', 'lead h', 'warned'].join('  '));
for (const kind of Object.keys(CLASSES)) {
  const histories = Array.from({ length: seeds }, (_, seed) => history(kind, seed + 1));
  for (const { name, method, lookBack } of methods) {
    const score = scoreOf(method, histories, lookBack);
    console.log(
      [
        kind.padEnd(23),
        name.padEnd(18),
        cell(score.error * 100, 2, ' %').padStart(8),
        cell(score.falseAlarms, 2).padStart(10),
        cell(score.lead, 1).padStart(6),
        cell(score.warned * 100, 0, ' %').padStart(6),
      ].join('  '),
    );
  }
}
