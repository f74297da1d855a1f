import type { Cause } from '../../causes/cause.ts';
import type { Remedy } from '../../remedies/remedy.ts';
import { type Style, wrap } from './style.ts';

const PREVALENCE = { A: 'met every month on ordinary hosts', B: 'regular on that configuration', C: 'rare' } as const;

/** `ullage explain CAUSE-ID`: the page of one cause. */
export function causePage(cause: Cause, remedies: readonly Remedy[], style: Style): string[] {
  const section = (title: string, lines: string[]) => (lines.length > 0 ? ['', style.bold(title), ...lines] : []);
  return [
    `${style.bold(cause.id)}  ${cause.severity}, ${PREVALENCE[cause.prevalence]}`,
    ...wrap(cause.title, style.width, ''),
    '',
    ...wrap(cause.about, style.width, '  '),
    ...section('Proven by', wrap(cause.confirm, style.width, '  ')),
    ...section(
      'Looks the same',
      cause.lookAlikes.flatMap(({ cause: id, tell }) => wrap(`${id}: ${tell}`, style.width, '  ')),
    ),
    ...section('Next check', [
      ...wrap(cause.nextCheck.run, style.width, '  '),
      ...wrap(cause.nextCheck.why, style.width, '  '),
    ]),
    ...section(
      'Cures',
      cause.remedies.flatMap((id) => {
        const remedy = remedies.find((one) => one.id === id);
        return remedy
          ? [
              `  ${remedy.id} (${remedy.risk})`,
              ...wrap(remedy.title, style.width, '    '),
              ...remedy.byHand.flatMap((step) => wrap(`- ${step}`, style.width, '    ')),
            ]
          : [`  ${id}`];
      }),
    ),
    ...section('Prevention', cause.prevention ? wrap(cause.prevention, style.width, '  ') : []),
    ...section(
      'Sources',
      cause.sources.flatMap((source) => wrap(source, style.width, '  ')),
    ),
  ];
}
