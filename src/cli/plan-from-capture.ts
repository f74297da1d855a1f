import { type Host, UllageError } from '../host/host.ts';
import { quoteArgv } from '../host/quote.ts';
import type { Plan } from '../plan/plan.ts';
import { shown } from './render/shown.ts';

/**
 * Plans from a capture. It was made without knowing what a remedy would ask: what it does not hold
 * is named, and never taken for an answer.
 * @throws UllageError when the plan rests on something that the capture does not hold
 */
export async function planFromCapture(host: Host, draft: (host: Host) => Promise<Plan>): Promise<Plan> {
  const missing = new Map<string, readonly string[]>();
  const listening: Host = {
    ...host,
    async run(argv, options) {
      const ran = await host.run(argv, options);
      if (ran.notFound && ran.stderr.endsWith(': not in this capture')) missing.set(quoteArgv(argv), argv);
      return ran;
    },
  };
  const lacks = (cause?: unknown) =>
    new UllageError(
      'the capture does not hold what this plan needs to know',
      [...missing.values()].map(shown).join('; '),
      'Run ullage plan on the host itself, or ullage plan REMEDY ssh://user@host',
      cause === undefined ? {} : { cause },
    );
  let plan: Plan;
  try {
    plan = await draft(listening);
  } catch (error) {
    if (error instanceof UllageError && missing.size > 0) throw lacks(error);
    throw error;
  }
  if (plan.fingerprint.facts.some(({ run }) => missing.has(quoteArgv(run)))) throw lacks();
  const unseen = [...missing.values()].filter((argv) => argv[0] !== 'uname' && argv[1] !== '/etc/machine-id');
  return unseen.length === 0
    ? plan
    : {
        ...plan,
        notes: [
          ...plan.notes,
          `Made from a capture, which does not hold these answers: ${unseen.map(shown).join('; ')}. Make it anew on the host before it is applied.`,
        ],
      };
}
