import { causes } from '../causes/index.ts';
import { UllageError } from '../host/host.ts';
import { remedies } from '../remedies/index.ts';
import { planned } from '../remedies/plans/index.ts';
import type { Setting } from '../remedies/plans/planned.ts';
import { parseVerb } from './arguments.ts';
import { EXIT } from './exit-status.ts';
import { plannerOf } from './make-plan.ts';
import { styleFor, wrap } from './render/style.ts';
import { print } from './show.ts';

/** What `ullage remedies --json` prints. */
export interface RemedyList {
  version: 1;
  remedies: {
    id: string;
    title: string;
    risk: string;
    /** ids of the causes whose findings offer it */
    cures: string[];
    /** can be planned and applied: its own id, or the remedy that plans it; absent: by hand only */
    plan?: string;
    settings: Setting[];
  }[];
}

/** `ullage remedies [--all] [--json]`: the cures that can be planned, and what they cure. */
export async function run(argv: string[]): Promise<number> {
  const { values, positionals } = parseVerb('remedies', argv, {
    json: { type: 'boolean' },
    all: { type: 'boolean' },
    'no-color': { type: 'boolean' },
  });
  if (positionals.length > 0)
    throw new UllageError('nothing to name here', positionals.join(' '), 'ullage remedies [--all] [--json]');
  const list: RemedyList = { version: 1, remedies: [] };
  for (const { id, title, risk } of remedies) {
    const plan = plannerOf(id);
    const cures = causes
      .filter((cause) => cause.remedies.some((cure) => cure === id || plannerOf(cure) === id))
      .map((cause) => cause.id);
    const settings = (await planned.get(id)?.())?.settings ?? [];
    list.remedies.push({ id, title, risk, cures, ...(plan ? { plan } : {}), settings });
  }
  if (values.json) {
    print([JSON.stringify(list, null, 2)]);
    return EXIT.healthy;
  }
  const style = await styleFor(process.stdout, values['no-color'] === true);
  for (const remedy of list.remedies.filter((one) => values.all || one.plan === one.id)) {
    print([
      `${style.bold(remedy.id)}${remedy.plan === undefined ? '  (by hand)' : remedy.plan === remedy.id ? '' : `  (ullage plan ${remedy.plan})`}`,
      ...wrap(remedy.title, style.width, '  '),
      ...remedy.settings.map(
        (setting) => `  --set ${setting.name}=…  ${setting.says}${setting.required ? ' (needed)' : ''}`,
      ),
      ...(remedy.cures.length > 0 ? wrap(`cures ${remedy.cures.join(', ')}`, style.width, '  ').map(style.dim) : []),
    ]);
  }
  return EXIT.healthy;
}
