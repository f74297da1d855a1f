import type { Incident } from '../watch/alerts/incident.ts';
import type { Look } from '../watch/look.ts';
import { clock, escapeHtml } from './html.ts';

/** What the doctor found, each with its evidence behind a summary that opens. */
export function findingsHtml(look: Look, incidents: readonly Incident[]): string {
  const told = incidents.filter((one) => one.toldAt !== undefined);
  const open =
    told.length === 0
      ? ''
      : `<p class="dim">told: ${told.map((one) => `${escapeHtml(one.condition.subject)} since ${clock(one.since)}`).join('; ')}</p>`;
  if (look.findings.length === 0)
    return `<p>Nothing is full and nothing is about to be, as far as could be seen.</p>${open}`;
  const cards = look.findings.slice(0, 40).map((finding) => {
    const quotes = finding.evidence
      .slice(0, 12)
      .map(
        (one) =>
          `<li>${escapeHtml(one.fact)}<pre>${escapeHtml(one.quote.slice(0, 2000))}</pre><span class="dim">${escapeHtml(one.source)}</span></li>`,
      )
      .join('');
    const key = escapeHtml(`${finding.cause} ${finding.subject}`);
    return `<li class="finding ${finding.severity}"><p><strong class="severity">${finding.severity}</strong> <b>${escapeHtml(finding.cause)}</b> <span class="dim">${finding.confidence}${finding.consequenceOf ? `, follows from ${escapeHtml(finding.consequenceOf)}` : ''}</span></p><p class="dim">${escapeHtml(finding.subject)}</p><p>${escapeHtml(finding.explanation)}</p>${finding.nextCheck ? `<p>settle it: <code>${escapeHtml(finding.nextCheck.run)}</code></p>` : ''}${finding.remedies.length > 0 ? `<p>cures: ${finding.remedies.map((id) => `<code>${escapeHtml(id)}</code>`).join(' ')}</p>` : ''}${quotes === '' ? '' : `<details data-key="${key}"><summary>Evidence (${finding.evidence.length})</summary><ul class="evidence">${quotes}</ul></details>`}</li>`;
  });
  return `${open}<ul class="findings">${cards.join('')}</ul>`;
}
