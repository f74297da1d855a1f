import { UllageError } from '../host/host.ts';
import { fingerprint } from './fingerprint.ts';
import type { Plan } from './plan.ts';
import { planShape } from './plan-shape.ts';
import { isRecord } from './shape.ts';
import { validatePlan } from './validate.ts';

/**
 * A plan document of this version. Every part of its shape is looked at (schema/plan.schema.json), and
 * whether it could be resumed and undone.
 * @param name what to call it in the error
 * @throws UllageError with the first thing that is wrong and where it stands
 */
export function parsePlan(source: string, name: string): Plan {
  let value: unknown;
  try {
    value = JSON.parse(source);
  } catch (error) {
    const why = source.trim() === '' ? 'it is empty' : (error as Error).message;
    throw new UllageError('not a plan', `${name}: ${why}`, 'ullage plan -o FILE writes one', { cause: error });
  }
  if (!isRecord(value) || !Object.hasOwn(value, 'version') || !Object.hasOwn(value, 'steps'))
    throw new UllageError('not a plan', `${name}: JSON, but of something else`, 'ullage plan -o FILE writes one');
  const wrong = planShape(value, '');
  if (wrong)
    throw new UllageError('not a plan of this version', `${name}: ${wrong}`, 'Make it anew: ullage plan -o FILE');
  const parsed = value as unknown as Plan;
  if (parsed.fingerprint.digest !== fingerprint(parsed.fingerprint.facts).digest)
    throw new UllageError(
      'the facts the plan rests on were changed',
      `${name}: fingerprint.digest is not that of its facts`,
      'Make it anew: ullage plan -o FILE',
    );
  const unsound = validatePlan(parsed);
  if (unsound.length > 0)
    throw new UllageError(
      'not a sound plan',
      `${name}: ${unsound.join('; ')}`,
      'Make it anew with ullage plan -o FILE',
    );
  return parsed;
}
