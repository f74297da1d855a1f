import type { Remedy } from './remedy.ts';

/** Every remedy a finding may name. */
export const remedies: readonly Remedy[] = [
];
