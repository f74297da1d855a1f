import type { PlannedRemedy } from './planned.ts';

/** Remedies that can be planned and applied, loaded when one is asked for. Sorted by id. */
export const planned: Record<string, () => Promise<PlannedRemedy>> = {};
