import type { Facts } from '../probes/fact.ts';
import type { Stack } from './layer.ts';

export function buildStack(_facts: Facts): Stack {
  return { layers: [] };
}
