import type { Probe } from './probe.ts';

/** Every probe. To add one: its file, one import and one line here. */
export const probes: readonly Probe[] = [
];
