import type { CrashRow } from './crash.ts';
import type { ForeseeRow } from './foresee.ts';
import type { Row } from './run.ts';
import type { ServiceRow } from './service/run.ts';

/** The rows for people: incident, what doctor said, what df said, seconds; under each the real error. */
export function table(rows: readonly Row[]): string {
  const cells = rows.map((row) => [
    `${row.wrong.length === 0 ? 'ok  ' : 'FAIL'} ${row.incident} (${row.ground})`,
    row.doctor || '-',
    row.df || '-',
    row.seconds.toFixed(0),
  ]);
  const heads = ['     incident (ground)', 'doctor: cause, confidence', 'df: size used avail', 'seconds'];
  const widths = heads.map((head, column) => Math.max(head.length, ...cells.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd();
  const out = [line(heads)];
  for (const [index, row] of rows.entries()) {
    out.push(line(cells[index] ?? []), `       ${cut(row.error, 240)}`);
    const room = row.headroom ? `headroom ${mib(row.headroom.broken)} → ${mib(row.headroom.healed)}, ` : '';
    out.push(`       healed: ${room}${row.files} recorded files unchanged`);
    for (const one of row.heal ?? []) {
      const promised =
        one.predicted === undefined
          ? ''
          : `: ${one.consumer} ${mib(one.before ?? 0)} → ${mib(one.predicted)} promised, ${one.actual === undefined ? 'not measured' : mib(one.actual)} measured`;
      out.push(`       ullage apply ${one.remedy}, ${one.steps} steps, ${one.seconds.toFixed(0)} s${promised}`);
    }
    for (const { what, said } of row.refused ?? []) out.push(`       ${what}: ${cut(said, 400)}`);
    for (const wrong of row.wrong) out.push(`       WRONG: ${cut(wrong, 1000)}`);
  }
  return out.join('\n');
}

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;
const cut = (text: string, width: number): string => (text.length > width ? `${text.slice(0, width)}…` : text);

/** The crash loop's rows: kind, points, how each ended. */
export function crashTable(rows: readonly CrashRow[]): string {
  return rows
    .flatMap((row) => [
      `${row.wrong.length === 0 ? 'ok  ' : 'FAIL'} ${row.remedy} (${row.incident})  ${row.kind}: ${row.points} points, ${row.healed} healed, ${row.undone} of them undone first, ${row.seconds.toFixed(0)} s`,
      ...row.wrong.map((wrong) => `       WRONG: ${cut(wrong, 600)}`),
    ])
    .join('\n');
}

/** What was foretold at half-way, and what came. */
export function foreseeTable(row: ForeseeRow): string {
  const out = [
    `${row.wrong.length === 0 ? 'ok  ' : 'FAIL'} ${row.incident} (${row.ground}), ${row.looks} looks, ${row.seconds.toFixed(0)} s`,
  ];
  for (const end of row.ends)
    out.push(
      `       ${end.consumer}: filled in ${end.filled.toFixed(0)} s; at half-way ${seconds(end.said)} left said, ${seconds(end.left)} real, ${end.off === undefined ? '-' : `${(end.off * 100).toFixed(1)} %`} off`,
      `         alert: ${end.alert === undefined ? 'none' : `${end.alert.severity}, ${end.alert.cause ?? 'no cause'}, ${seconds(end.lead)} before: ${cut(end.alert.summary, 200)} (${end.alert.remedy ?? 'no remedy'})`}`,
      `         then: ${cut(end.error, 240)}`,
    );
  for (const wrong of row.wrong) out.push(`       WRONG: ${cut(wrong, 1000)}`);
  return out.join('\n');
}

/** The watch's life as a service, step by step. */
export function serviceTable(row: ServiceRow): string {
  return row.steps
    .map(({ step, said, seconds: took, wrong }) => {
      const head = `${wrong === undefined ? 'ok  ' : 'FAIL'} ${step}, ${took.toFixed(0)} s`;
      return `${head}: ${wrong === undefined ? said || 'done' : `WRONG: ${cut(wrong, 1000)}`}`;
    })
    .concat(`     ${row.seconds.toFixed(0)} s`)
    .join('\n');
}

const seconds = (value: number | undefined): string => (value === undefined ? 'nothing' : `${value.toFixed(0)} s`);
