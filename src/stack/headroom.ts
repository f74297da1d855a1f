import type { Facts } from '../probes/fact.ts';
import type { Headroom, Stack } from './layer.ts';

export function headroomOf(_stack: Stack, _facts: Facts): Headroom[] {
  return [];
}
