import type { Cause } from './cause.ts';

/** Every cause. To add one: its file, one import and one line here. */
export const causes: readonly Cause[] = [
];
