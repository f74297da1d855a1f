import { UllageError } from '../host/host.ts';
import { escapePattern } from '../tools/escape-pattern.ts';
import type { Argv, Check, Step } from './plan.ts';

const PLACE = /\{\{([a-z][a-zA-Z0-9]*)\}\}/g;

/** argv with every `{{name}}` replaced by the value taken from the machine. */
export function fill(argv: Argv, values: ReadonlyMap<string, string>): Argv {
  return argv.map((word) =>
    word.replace(PLACE, (_, name: string) => {
      const value = values.get(name);
      if (value === undefined)
        throw new UllageError(
          'a value is not known',
          `{{${name}}} in ${argv.join(' ')}`,
          'ullage journal shows the steps',
        );
      return value;
    }),
  );
}

export function fillCheck(check: Check, values: ReadonlyMap<string, string>): Check {
  return {
    ...check,
    run: fill(check.run, values),
    ...(check.matches === undefined ? {} : { matches: fillPattern(check.matches, values) }),
    ...(check.lacks === undefined ? {} : { lacks: fillPattern(check.lacks, values) }),
  };
}

function fillPattern(pattern: string, values: ReadonlyMap<string, string>): string {
  return pattern.replace(PLACE, (whole, name: string) => escapePattern(values.get(name) ?? whole));
}

/** Names that stand in a step's commands and checks. */
export function placesIn(step: Step): Set<string> {
  const checks = [...step.before, ...step.after, ...(step.skipIf ?? []), ...(step.busy ?? []), ...(step.undoIf ?? [])];
  const words = [
    ...[...step.run, ...(step.always ?? []), ...(step.undo ?? []), ...(step.cancel ?? [])].flat(),
    ...checks.flatMap((check) => [...check.run, check.matches ?? '', check.lacks ?? '']),
    ...(step.takes ?? []).flatMap((take) => take.run),
  ];
  return new Set(words.flatMap((word) => [...word.matchAll(PLACE)].map((match) => match[1] ?? '')));
}
