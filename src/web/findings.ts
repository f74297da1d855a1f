import type { Finding } from '../causes/cause.ts';
import type { Incident } from '../watch/alerts/incident.ts';
import { remedyFor } from '../watch/alerts/rules.ts';
import type { Look } from '../watch/look.ts';
import { clock, escapeHtml, nameHtml } from './html.ts';

/** What the doctor found, each with its evidence behind a summary that opens. */
export function findingsHtml(look: Look, incidents: readonly Incident[], foreseen = false): string {
  const told = incidents.filter((one) => one.toldAt !== undefined);
  const open =
    told.length === 0
      ? ''
      : `<p class="dim">told: ${told.map((one) => `${escapeHtml(one.condition.subject)} since ${clock(one.since)}`).join('; ')}</p>`;
  if (look.findings.length === 0)
    return `<p>${foreseen ? 'Nothing is full yet, as far as could be seen.' : 'Nothing is full and nothing is about to be, as far as could be seen.'}</p>${open}`;
  const cards = look.findings.slice(0, 40).map((finding) => {
    const quotes = finding.evidence
      .slice(0, 12)
      .map(
        (one) =>
          `<li>${escapeHtml(one.fact)}<pre>${escapeHtml(one.quote.slice(0, 2000))}</pre><span class="dim">${escapeHtml(one.source)}</span></li>`,
      )
      .join('');
    const key = escapeHtml(`${finding.cause} ${finding.subject}`);
    return `<li class="finding ${finding.severity}"><p><strong class="severity">${finding.severity}</strong> <b>${escapeHtml(finding.cause)}</b> <span class="dim">${finding.confidence}${finding.consequenceOf ? `, follows from ${escapeHtml(finding.consequenceOf)}` : ''}</span></p><p class="dim">${nameHtml(finding.subject)}</p><p>${escapeHtml(finding.explanation)}</p>${finding.nextCheck ? `<p>settle it: <code>${escapeHtml(finding.nextCheck.run)}</code></p>` : ''}${curesHtml(finding)}${quotes === '' ? '' : `<details data-key="${key}"><summary>Evidence (${finding.evidence.length})</summary><ul class="evidence">${quotes}</ul></details>`}</li>`;
  });
  return `${open}<ul class="findings">${cards.join('')}</ul>`;
}

/** The command that shows the first cure as a plan; the others by name. */
function curesHtml(finding: Finding): string {
  const [first] = finding.remedies;
  if (first === undefined) return '';
  const command = remedyFor(finding) ?? first;
  const more = finding.remedies.filter((id) => !command.split(' ').includes(id));
  const others = more.length > 0 ? ` <span class="dim">or ${more.map(escapeHtml).join(', ')}</span>` : '';
  return `<p>cure: <code>${escapeHtml(command)}</code>${others}</p>`;
}
