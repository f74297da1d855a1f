import type { Scene } from '../../causes/cause.ts';
import { Facts } from '../../probes/fact.ts';
import type { FactMap } from '../../probes/facts.ts';
import { buildStack } from '../../stack/build.ts';
import { headroomOf } from '../../stack/headroom.ts';
import type { Headroom } from '../../stack/layer.ts';

/** By kind of fact: what it will say when the cure is done; undefined: it is gone then. */
export type Changes = { [K in keyof FactMap]?: (value: FactMap[K]) => FactMap[K] | undefined };

/** What a plan promises of one consumer, in bytes. */
export interface Foreseen {
  consumer?: string;
  headroomBefore?: number;
  headroomAfter?: number;
}

/**
 * The headroom of `consumer` now and with the facts changed, by the stack's own arithmetic: what doctor
 * will say afterwards. Consumers are those of the report; one that is not known promises nothing.
 */
export function foresee(scene: Scene, chosen: (room: Headroom) => boolean, changes: Changes): Foreseen {
  const before = scene.headroom.find(chosen);
  if (!before) return {};
  const facts = new Facts(
    scene.facts.list.flatMap((fact) => {
      const change = changes[fact.kind] as ((value: unknown) => unknown) | undefined;
      if (!change) return [fact];
      const value = change(fact.value);
      return value === undefined ? [] : [{ ...fact, value } as typeof fact];
    }),
  );
  const after = headroomOf(buildStack(facts), facts).find((room) => room.consumer === before.consumer);
  return {
    consumer: before.consumer,
    ...(before.bytes === undefined ? {} : { headroomBefore: before.bytes }),
    ...(after?.bytes === undefined ? {} : { headroomAfter: after.bytes }),
  };
}
