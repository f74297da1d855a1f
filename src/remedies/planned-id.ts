import { planned } from './plans/index.ts';
import type { Remedy } from './remedy.ts';

/** The id under which `ullage plan` cures so: the remedy's own, or the one its text names. Undefined: by hand only. */
export function plannedId(remedy: Remedy): string | undefined {
  if (planned.has(remedy.id)) return remedy.id;
  return remedy.plan !== undefined && planned.has(remedy.plan) ? remedy.plan : undefined;
}
