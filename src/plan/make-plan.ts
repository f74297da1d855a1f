import { UllageError } from '../host/host.ts';
import type { Drafting, PlanMaking } from './draft.ts';
import { fingerprint, restValue } from './fingerprint.ts';
import type { Argv, Plan, Rest } from './plan.ts';
import { validatePlan } from './validate.ts';

const MACHINE_ID: Argv = ['cat', '/etc/machine-id'];

/**
 * Lets a remedy ask the machine what it needs and makes the whole plan of its draft.
 * @throws UllageError of the remedy when it cannot cure this machine, with what is in the way
 */
export async function makePlan(drafting: Drafting, making: PlanMaking): Promise<Plan> {
  const { host } = making;
  const rests: Rest[] = [];
  let next = drafting.next();
  while (!next.done) {
    const look = next.value;
    const ran = await host.run(look.run, { timeoutMs: look.timeoutMs ?? 30_000 });
    if (look.rest && !rests.some((rest) => rest.says === look.rest?.says && same(rest.run, look.run)))
      rests.push({ ...look.rest, run: look.run, value: restValue(ran, look.rest) });
    next = drafting.next(ran);
  }
  const machine = await host.run(MACHINE_ID);
  const machineId = machine.exitCode === 0 ? machine.stdout.trim() : '';
  const name = await host.run(['uname', '-n']);
  const kernel = await host.run(['uname', '-r']);
  const plan: Plan = {
    version: 1,
    id: making.id,
    madeAt: new Date().toISOString(),
    host: {
      hostname: name.stdout.trim() || 'unknown',
      ...(machineId ? { machineId } : {}),
      ...(kernel.exitCode === 0 ? { kernel: kernel.stdout.trim() } : {}),
      ...(making.spec ? { spec: making.spec } : {}),
    },
    finding: making.finding,
    remedy: making.remedy,
    title: making.title,
    ...next.value,
    fingerprint: fingerprint(rests),
  };
  const wrong = validatePlan(plan);
  if (wrong.length > 0)
    throw new UllageError(
      'the remedy made a plan that is not sound',
      `${plan.remedy}: ${wrong.join('; ')}`,
      'Report it',
    );
  return plan;
}

function same(a: Argv, b: Argv): boolean {
  return a.length === b.length && a.every((word, index) => word === b[index]);
}
