import type { Incident } from '../incident.ts';
import { loopPoolFull } from './loop-pool-full.ts';

export const incidents: readonly Incident[] = [loopPoolFull];
