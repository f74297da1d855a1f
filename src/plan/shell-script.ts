import { quoteArgv, quoteWord } from '../host/quote.ts';
import type { Argv, Check, Plan, Step } from './plan.ts';
import { keptPath } from './run.ts';

/**
 * The same steps as a commented POSIX shell script, for those who must paste. It stops at the
 * first thing that is not as it must be; what it cannot do is resume and undo by itself.
 */
export function shellScript(plan: Plan): string {
  const lines = [
    '#!/bin/sh',
    comment(`${plan.title} (${plan.remedy}) on ${plan.on}, host ${plan.host.hostname}`),
    comment(
      `Made by ullage from what the machine said at ${plan.madeAt}. Nothing is undone by itself: see "undo" at each step.`,
    ),
    ...plan.notes.map(comment),
    'set -eu',
    'LC_ALL=C; export LC_ALL',
    'stop() { echo "stopped: $1" >&2; exit 1; }',
    '',
    '# --- the machine is still as the plan says',
    ...plan.fingerprint.facts
      .filter((fact) => fact.pattern === undefined)
      .map(
        (fact) =>
          `[ "$(${quoteArgv(fact.run)} 2>/dev/null)" = ${quoteWord(fact.value)} ] || stop ${quoteWord(`${fact.says} moved`)}`,
      ),
    ...plan.fingerprint.facts
      .filter((fact) => fact.pattern !== undefined)
      .map((fact) =>
        comment(`look: ${fact.says}: ${quoteArgv(fact.run)} must still show: ${fact.value.replaceAll('\n', ', ')}`),
      ),
  ];
  for (const [index, step] of plan.steps.entries()) lines.push('', ...stepLines(plan, step, index + 1));
  return lines.join('\n');
}

function stepLines(plan: Plan, step: Step, number: number): string[] {
  const body = [
    ...step.before.map((check) => `${checkTest(check)} || stop ${quoteWord(`step ${number}: ${check.says}: not so`)}`),
    ...(step.writes ?? []).flatMap((write) =>
      write.inPlace
        ? [`printf %s ${quoteWord(write.content)} > ${quoteWord(write.path)}`]
        : [
            `[ ! -e ${quoteWord(write.path)} ] || [ -e ${quoteWord(keptPath(plan, write.path))} ] || cp -a ${quoteWord(write.path)} ${quoteWord(keptPath(plan, write.path))}`,
            `printf %s ${quoteWord(write.content)} > ${quoteWord(`${write.path}.ullage-new`)}`,
            `chmod ${quoteWord(write.mode)} ${quoteWord(`${write.path}.ullage-new`)}`,
            `mv ${quoteWord(`${write.path}.ullage-new`)} ${quoteWord(write.path)}`,
          ],
    ),
    ...step.run.map(command),
    ...(step.always ?? []).map(command),
    ...step.after.map(
      (check) => `${checkTest(check)} || stop ${quoteWord(`step ${number}: afterwards ${check.says}: not so`)}`,
    ),
    ...(step.takes ?? []).map(
      (take) => `${take.name}=$(${command(take.run)} | grep -Po -- ${pattern(groupOnly(take.pattern))} | head -n 1)`,
    ),
  ];
  const skip = step.skipIf?.map(checkTest).join(' && ');
  return [
    comment(`--- ${number} ${step.title} (${step.risk})`),
    comment(step.why),
    comment(`if it stops behind this: ${step.ifStopped}`),
    comment(
      `undo: ${step.undo === undefined ? 'no way back' : step.undo.map((argv) => quoteArgv(argv)).join('; ') || 'nothing to undo'}`,
    ),
    ...(step.confirm === undefined
      ? []
      : [
          comment(`first: ${step.confirm}`),
          `printf %s ${quoteWord(`${step.confirm} Go on? (yes) `)}; read -r answer; [ "$answer" = yes ] || exit 0`,
        ]),
    ...(skip ? [`if ! { ${skip}; }; then`, ...body.map((line) => `  ${line}`), 'fi'] : body),
  ];
}

/** argv as a command; a value taken by an earlier step is a variable. */
function command(argv: Argv): string {
  return argv.map((word) => quoteWord(word).replaceAll(/\{\{([a-zA-Z0-9]+)\}\}/g, `'"$$$1"'`)).join(' ');
}

function checkTest(check: Check): string {
  const run = `${command(check.run)} 2>/dev/null`;
  const tests: string[] = [];
  if (check.matches !== undefined) tests.push(`${run} | grep -Pq -- ${pattern(check.matches)}`);
  if (check.lacks !== undefined) tests.push(`! ${run} | grep -Pq -- ${pattern(check.lacks)}`);
  if (check.number) {
    const value = `$(${run} | grep -Po -- ${pattern(groupOnly(check.number.pattern))} | head -n 1)`;
    if (check.number.atLeast !== undefined) tests.push(`[ "${value}" -ge ${Math.ceil(check.number.atLeast)} ]`);
    if (check.number.atMost !== undefined) tests.push(`[ "${value}" -le ${Math.floor(check.number.atMost)} ]`);
  }
  if (tests.length === 0) {
    const exit = check.exit ?? 0;
    if (exit === 0) return `${run} >/dev/null`;
    return exit === -1 ? 'true' : `{ ${run} >/dev/null; [ $? -eq ${exit} ]; }`;
  }
  return tests.length === 1 ? (tests[0] ?? 'true') : `{ ${tests.join(' && ')}; }`;
}

function pattern(text: string): string {
  return quoteWord(text).replaceAll(/\{\{([a-zA-Z0-9]+)\}\}/g, `'"$$$1"'`);
}

/** The first group alone, for `grep -Po`: what stands before it is matched and dropped (pcre2pattern(3), \\K). */
function groupOnly(text: string): string {
  const open = text.search(/(?<!\\)\((?!\?)/);
  if (open < 0) return text;
  let depth = 0;
  for (let at = open; at < text.length; at++) {
    if (text[at] === '\\') at++;
    else if (text[at] === '(') depth++;
    else if (text[at] === ')' && --depth === 0) {
      const behind = text.slice(at + 1);
      return `${text.slice(0, open)}\\K${text.slice(open, at + 1)}${behind ? `(?=${behind})` : ''}`;
    }
  }
  return text;
}

function comment(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a comment ends at a line end, and a terminal obeys the others
  return `# ${text.replaceAll(/[\u0000-\u001f\u007f-\u009f]+/g, ' ')}`;
}
