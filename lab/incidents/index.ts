import type { Incident } from '../incident.ts';
import { containerLog } from './container-log.ts';
import { loopPoolFull } from './loop-pool-full.ts';

export const incidents: readonly Incident[] = [containerLog, loopPoolFull];
