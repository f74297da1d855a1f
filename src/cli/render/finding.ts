import type { Evidence, Finding } from '../../causes/cause.ts';
import { plannedId } from '../../remedies/planned-id.ts';
import type { Remedy } from '../../remedies/remedy.ts';
import { shownWord } from './shown.ts';
import { type Style, wrap } from './style.ts';

const MOST_EVIDENCE = 4;
/** lines shown of one piece of evidence; `--why` shows all */
const MOST_LINES = 4;

/** One finding: its heading, what it means here, the machine's own lines, the cure. */
export function findingLines(finding: Finding, remedies: readonly Remedy[], style: Style, command: string): string[] {
  const heading = `${style.severity(finding.severity, finding.severity.toUpperCase())}  ${style.bold(finding.cause)}  ${finding.confidence}`;
  const lines = [`${heading}${finding.subject === '' ? '' : `  (${finding.subject})`}`];
  if (finding.consequenceOf) lines.push(style.dim(`  follows from ${finding.consequenceOf}`));
  lines.push(...wrap(finding.explanation, style.width, '  '));
  if (finding.later) lines.push(...wrap(`Later: ${finding.later}`, style.width, '  '));
  for (const one of distinct(finding.evidence).slice(0, MOST_EVIDENCE))
    lines.push(...evidenceLines(one, style, MOST_LINES));
  const cures = finding.remedies
    .map((id) => remedies.find((remedy) => remedy.id === id))
    .filter((remedy) => remedy !== undefined);
  const cure = cures[0];
  if (cure)
    lines.push(...hanging('cure', `${cure.title} (${cure.id}${cure.risk === 'safe' ? '' : `, ${cure.risk}`})`, style));
  const plan = cures.map((one) => plannedId(one)).find((id) => id !== undefined);
  if (plan)
    lines.push(
      ...hanging('plan', `ullage plan ${plan}${finding.subject ? ` --on ${shownWord(finding.subject)}` : ''}`, style),
    );
  if (finding.nextCheck) lines.push(...hanging('check', `${finding.nextCheck.run}: ${finding.nextCheck.why}`, style));
  lines.push(...hanging('more', `${command} --why ${finding.cause}`, style));
  return lines;
}

/** All there is to say about one finding: every line of evidence, every cure step by step. */
export function whyLines(finding: Finding, remedies: readonly Remedy[], style: Style): string[] {
  const lines = [
    `${style.severity(finding.severity, finding.severity.toUpperCase())}  ${style.bold(finding.cause)}  ${finding.confidence}  (${finding.subject})`,
  ];
  lines.push(...wrap(finding.explanation, style.width, '  '));
  lines.push('', style.bold('  evidence'));
  for (const one of finding.evidence)
    lines.push(...wrap(`${one.fact}:`, style.width, '  '), ...evidenceLines(one, style, Number.POSITIVE_INFINITY));
  if (finding.evidence.length === 0) lines.push('    none that a machine printed');
  if (finding.nextCheck)
    lines.push(
      '',
      style.bold('  next check'),
      ...wrap(`${finding.nextCheck.run}`, style.width, '    '),
      ...wrap(finding.nextCheck.why, style.width, '    '),
    );
  for (const id of finding.remedies) {
    const remedy = remedies.find((one) => one.id === id);
    if (!remedy) continue;
    lines.push('', `${style.bold(`  cure ${remedy.id}`)} (${remedy.risk})`, ...wrap(remedy.title, style.width, '    '));
    for (const [index, step] of remedy.byHand.entries()) lines.push(...numbered(index + 1, step, style));
    if (remedy.danger) lines.push(...wrap(`Danger: ${remedy.danger}`, style.width, '    '));
  }
  return lines;
}

/** One line often proves two things: it is shown once. */
function distinct(evidence: readonly Evidence[]): Evidence[] {
  return [
    ...new Map(
      evidence.map((one) => [`${one.source}\n${one.quote.split('\n').slice(0, MOST_LINES).join('\n')}`, one]),
    ).values(),
  ];
}

function evidenceLines(one: Evidence, style: Style, most: number): string[] {
  const quoted = one.quote.split('\n').filter((line) => line.trim() !== '');
  const room = Math.max(20, style.width - 4);
  const lines = quoted
    .slice(0, most)
    .map(
      (line) =>
        `    ${line.length > room && most !== Number.POSITIVE_INFINITY ? `${line.trim().slice(0, room - 1)}…` : line.trim()}`,
    );
  const source = style.dim(one.source);
  if (lines.length === 0) return [`    ${one.fact}  ${source}`];
  const last = lines.at(-1) ?? '';
  if (last.length + one.source.length + 4 <= style.width)
    lines[lines.length - 1] =
      `${last}${' '.repeat(Math.max(2, Math.min(60, style.width - one.source.length) - last.length))}${source}`;
  else lines.push(`      ${source}`);
  return lines;
}

function hanging(label: string, text: string, style: Style): string[] {
  const [first = '', ...rest] = wrap(text, style.width, '         ');
  return [`  ${label.padEnd(7)}${first.trimStart()}`, ...rest];
}

function numbered(index: number, step: string, style: Style): string[] {
  const [first = '', ...rest] = wrap(step, style.width, '       ');
  return [`    ${String(index).padStart(2)} ${first.trimStart()}`, ...rest];
}
