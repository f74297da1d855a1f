import { incidents } from '../lab/incidents/index.ts';
import type { Cause } from '../src/causes/cause.ts';
import { causes } from '../src/causes/index.ts';
import { remedies } from '../src/remedies/index.ts';
import { plannedId } from '../src/remedies/planned-id.ts';
import { planned } from '../src/remedies/plans/index.ts';
import type { Remedy } from '../src/remedies/remedy.ts';

const PREVALENCE = {
  A: 'met every month on ordinary hosts',
  B: 'regular on that configuration',
  C: 'rare',
} as const;

const RISK = {
  safe: 'safe: loses nothing',
  downtime: 'needs downtime',
  destructive: 'destructive: deletes data that may be wanted',
} as const;

const NOTE = '<!-- Made by `npm run docs` from the code: change it there. -->';

/** Every generated page: path in the repository to its text. */
export async function pages(): Promise<Map<string, string>> {
  const sorted = <T extends { id: string }>(list: readonly T[]): T[] =>
    [...list].sort((a, b) => (a.id < b.id ? -1 : 1));
  const files = new Map<string, string>();
  files.set('docs/causes/README.md', causeIndex(sorted(causes)));
  for (const cause of causes) files.set(`docs/causes/${cause.id}.md`, causePage(cause));
  files.set('docs/remedies/README.md', remedyIndex(sorted(remedies)));
  for (const remedy of remedies) files.set(`docs/remedies/${remedy.id}.md`, await remedyPage(remedy));
  return files;
}

function causePage(cause: Cause): string {
  return page(`# ${cause.id}`, [
    `**${prose(cause.title)}** · ${cause.severity} · ${PREVALENCE[cause.prevalence]}`,
    prose(cause.about),
    section('How it is proven', [prose(cause.confirm)]),
    section(
      'Told apart from',
      cause.lookAlikes.map(({ cause: id, tell }) => `- ${causeLink(id)}: ${prose(tell)}`),
    ),
    section('Next check', ['```', cause.nextCheck.run, '```', '', prose(cause.nextCheck.why)]),
    section(
      'Remedies, best first',
      cause.remedies.map((id, i) => `${i + 1}. ${remedyLink(id)}`),
    ),
    cause.prevention ? section('Prevention', [prose(cause.prevention)]) : '',
    cause.explains?.length
      ? section(
          'Explains',
          cause.explains.map((id) => `- ${causeLink(id)}`),
        )
      : '',
    section(
      'Sources',
      cause.sources.map((source) => `- ${prose(source)}`),
    ),
  ]);
}

async function remedyPage(remedy: Remedy): Promise<string> {
  const curing = causes.filter((cause) => cause.remedies.includes(remedy.id)).map(({ id }) => id);
  return page(`# ${remedy.id}`, [
    `**${prose(remedy.title)}** · ${RISK[remedy.risk]}`,
    await byUllage(remedy),
    section(
      'By hand, in this order',
      remedy.byHand.map((step, i) => `${i + 1}. ${prose(step)}`),
    ),
    remedy.danger ? section('Danger', [prose(remedy.danger)]) : '',
    curing.length > 0
      ? section(
          'Cures',
          curing.sort().map((id) => `- [${id}](../causes/${id}.md)`),
        )
      : '',
  ]);
}

/** How it is planned, what may be chosen, and which incidents of the lab it was seen to cure. */
async function byUllage(remedy: Remedy): Promise<string> {
  const id = plannedId(remedy);
  if (id === undefined) return '';
  const settings = (await planned.get(id)?.())?.settings ?? [];
  const seen = incidents.filter((incident) => incident.heal?.cures.some((cure) => cure.remedy === id));
  return section('By ullage', [
    '```',
    `ullage plan ${id}${settings.map(({ name, required }) => (required ? ` --set ${name}=…` : '')).join('')}`,
    '```',
    ...(settings.length > 0 ? ['', '| setting | |', '| --- | --- |'] : []),
    ...settings.map(({ name, says, required }) => `| \`${name}\` | ${prose(says)}${required ? ' (needed)' : ''} |`),
    ...(seen.length > 0
      ? [
          '',
          'Seen to cure, in the lab (`npm run lab -- heal NAME`; data unchanged, daemon and containers working):',
          '',
        ]
      : []),
    ...seen.map(({ name, title }) => `- \`${name}\`: ${prose(title)}`),
  ]);
}

function causeIndex(list: readonly Cause[]): string {
  const rows = list.map(
    (cause) => `| [${cause.id}](${cause.id}.md) | ${prose(cause.title)} | ${cause.severity} | ${cause.prevalence} |`,
  );
  return page('# Causes', [
    `${list.length} causes of "no space left on device" and its relatives. A: ${PREVALENCE.A}; B: ${PREVALENCE.B}; C: ${PREVALENCE.C}.`,
    ['| cause | what is full or wrong | severity | how often |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ]);
}

function remedyIndex(list: readonly Remedy[]): string {
  const rows = list.map(
    (remedy) =>
      `| [${remedy.id}](${remedy.id}.md) | ${prose(remedy.title)} | ${remedy.risk} | ${plannedId(remedy) ? 'yes' : ''} |`,
  );
  return page('# Remedies', [
    'Planned: `ullage plan` shows it step by step and `ullage apply` does it ([how](../plan.md)); the others are done by hand.',
    ['| remedy | what it does | risk | planned |', '| --- | --- | --- | --- |', ...rows].join('\n'),
  ]);
}

function page(title: string, parts: string[]): string {
  return `${[NOTE, title, ...parts.filter((part) => part !== '')].join('\n\n')}\n`;
}

/** Text of the code as Markdown prose: `/proc/*` and `<id>` are no markup. */
function prose(text: string): string {
  return text.replace(/[<*|]/g, '\\$&');
}

function section(title: string, lines: string[]): string {
  return lines.length > 0 ? `## ${title}\n\n${lines.join('\n')}` : '';
}

/** Ids may name what has no page yet: then the id alone. */
function causeLink(id: string): string {
  return causes.some((cause) => cause.id === id) ? `[${id}](${id}.md)` : id;
}

function remedyLink(id: string): string {
  const remedy = remedies.find((known) => known.id === id);
  return remedy ? `[${prose(remedy.title)}](../remedies/${id}.md) (${remedy.risk})` : id;
}
