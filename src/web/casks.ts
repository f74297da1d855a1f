import type { Layer, Resource } from '../stack/layer.ts';
import { canRunOut, type Look, resourceName } from '../watch/look.ts';
import type { Outlook } from '../watch/outlook.ts';
import { amount, bytes, escapeHtml, span } from './html.ts';

/** Layers drawn at most; what comes beyond is named in a line. */
const MOST_LAYERS = 60;

/**
 * The stack as casks within casks: what lies on a layer is drawn inside of it. A layer on several
 * others stands in the first; the others say so.
 */
export function casksHtml(look: Look, outlooks: readonly Outlook[]): string {
  const children = new Map<string, Layer[]>();
  const known = new Set(look.layers.map((layer) => layer.id));
  const roots: Layer[] = [];
  for (const layer of look.layers) {
    const below = layer.on.find((id) => known.has(id) && id !== layer.id);
    if (below === undefined) roots.push(layer);
    else children.set(below, [...(children.get(below) ?? []), layer]);
  }
  // a chain of casks where nothing is measured and nothing lies in them tells nothing
  const told = roots.filter((layer) => layer.resources.length > 0 || children.has(layer.id));
  const drawn = new Set<string>();
  const draw = (layer: Layer): string => {
    if (drawn.has(layer.id) || drawn.size >= MOST_LAYERS) return '';
    drawn.add(layer.id);
    return caskHtml(layer, look, outlooks, (children.get(layer.id) ?? []).map(draw).join(''));
  };
  const all = told.map(draw).join('');
  const left = look.layers.length - drawn.size;
  return `${headroomHtml(look, outlooks)}${LEGEND}<ul class="casks">${all}</ul>${left > 0 ? `<p class="dim">and ${left} more layers: ullage doctor --all</p>` : ''}`;
}

const key = (name: string) =>
  `<svg class="key" aria-hidden="true"><rect class="${name}" width="100%" height="100%"/></svg>`;
const LEGEND = `<ul class="legend stacked"><li>${key('fill')}filled</li><li>${key('reserve')}kept back</li><li>${key('hull')}ullage: what is left</li><li><svg class="key limit" aria-hidden="true"><rect class="hull" width="100%" height="100%"/></svg>ends first</li></ul>`;

function headroomHtml(look: Look, outlooks: readonly Outlook[]): string {
  const rows = look.headroom.map(({ consumer, bytes: room, dfAvailable, stoppedBy }) => {
    const outlook = outlooks.find((one) => 'consumer' in one && one.consumer === consumer);
    return `<tr><th scope="row">${escapeHtml(consumer)}</th><td class="number big">${room === undefined ? 'not known' : bytes(room)}</td><td class="number">${dfAvailable === undefined ? '' : bytes(dfAvailable)}</td><td>${stoppedBy ? `${escapeHtml(stoppedBy.resource)} of ${escapeHtml(layerName(look, stoppedBy.layer))}` : ''}</td><td class="number">${outlook ? `<strong>${outlook.seconds < 1 ? 'full now' : span(outlook.seconds)}</strong> <span class="dim">${outlook.seconds < 1 ? '' : interval(outlook)}</span>` : '<span class="dim">no end in sight</span>'}</td></tr>`;
  });
  return `<div class="scroll" tabindex="0" role="region" aria-label="Headroom"><table><caption>Headroom: what can still be written before the first error</caption><thead><tr><th scope="col">who writes</th><th scope="col">can still take</th><th scope="col">df says</th><th scope="col">stopped by</th><th scope="col">full in</th></tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

/** As its cask is called. */
export function layerName({ layers }: Look, id: string): string {
  return layers.find((layer) => layer.id === id)?.name ?? id;
}

function interval({ soonest, latest }: Outlook): string {
  return `${span(soonest)} to ${latest === undefined ? 'never' : span(latest)}`;
}

function caskHtml(layer: Layer, look: Look, outlooks: readonly Outlook[], inside: string): string {
  const stops = look.headroom.filter((one) => one.stoppedBy?.layer === layer.id);
  const limiting = new Set(stops.map((one) => one.stoppedBy?.resource));
  const bars = layer.resources
    .filter((resource) => resource.capacity !== undefined || resource.free !== undefined)
    .filter((resource) => canRunOut(resource) || resource.used !== undefined)
    .slice(0, 12)
    .map((resource) => barHtml(layer, resource, limiting.has(resource.name), outlooks))
    .join('');
  const mark =
    stops.length > 0
      ? `<p class="mark">first to stop writes to ${stops
          .slice(0, 3)
          .map((one) => escapeHtml(one.consumer))
          .join(', ')}${stops.length > 3 ? ` and ${stops.length - 3} more` : ''}</p>`
      : '';
  return `<li class="cask${stops.length > 0 ? ' limiting' : ''}"><div class="head">${barrel(layer)}<div><h3>${escapeHtml(layer.name)}</h3><p class="dim">${escapeHtml(layer.kind)}${layer.path ? ` · ${escapeHtml(layer.path)}` : ''}${layer.on.length > 1 ? ` · on ${layer.on.length} layers` : ''}</p>${mark}</div></div>${bars === '' ? '' : `<ul class="bars">${bars}</ul>`}${inside === '' ? '' : `<ul class="casks">${inside}</ul>`}</li>`;
}

/** Shares of a resource from 0 to 100: what is filled, what is kept back, what is left (the ullage). */
function shares({ capacity, used, free, reserved }: Resource): { fill: number; reserve: number } | undefined {
  const whole = capacity ?? (used !== undefined && free !== undefined ? used + free : undefined);
  if (whole === undefined || whole <= 0) return undefined;
  const filled = used ?? (free === undefined ? undefined : whole - free - (reserved ?? 0));
  if (filled === undefined) return undefined;
  const fill = Math.min(100, Math.max(0, (filled / whole) * 100));
  const kept = free === undefined ? (reserved ?? 0) : Math.max(0, whole - filled - free);
  return { fill, reserve: Math.min(100 - fill, (kept / whole) * 100) };
}

function barHtml(layer: Layer, resource: Resource, stops: boolean, outlooks: readonly Outlook[]): string {
  const name = resourceName(resource);
  const share = shares(resource);
  const outlook = outlooks.find((one) => 'layer' in one && one.layer === layer.id && one.resource === name);
  const left = resource.free === undefined ? '' : `${amount(resource.free, resource.unit)} left`;
  const of = resource.capacity === undefined ? '' : ` of ${amount(resource.capacity, resource.unit)}`;
  const full =
    share && share.fill + share.reserve > 95 ? ' full' : share && share.fill + share.reserve > 85 ? ' high' : '';
  const picture = share
    ? `<svg class="bar${full}" aria-hidden="true"><rect class="hull" width="100%" height="100%"/><rect class="fill" width="${share.fill.toFixed(2)}%" height="100%"/><rect class="reserve" x="${share.fill.toFixed(2)}%" width="${share.reserve.toFixed(2)}%" height="100%"/></svg>`
    : '';
  return `<li class="${stops ? 'stops' : ''}"><span class="what">${escapeHtml(name)}${stops ? ' <b>◀ limit</b>' : ''}</span><span class="left">${left}${of}${share ? ` · ${share.fill.toFixed(0)} % used` : ''}${outlook ? ` · <b>${outlook.seconds < 1 ? 'full' : `full in ${span(outlook.seconds)}`}</b>` : ''}</span>${picture}</li>`;
}

/** A barrel seen through: filled as its fullest resource is. */
function barrel(layer: Layer): string {
  const fullest = layer.resources
    .filter(canRunOut)
    .map(shares)
    .reduce((most, one) => Math.max(most, one ? one.fill + one.reserve : 0), 0);
  const top = 58 - (fullest / 100) * 54;
  const shape = 'M10 3 Q24 0 38 3 Q46 31 38 59 Q24 62 10 59 Q2 31 10 3Z';
  const state = fullest > 95 ? ' full' : fullest > 85 ? ' high' : '';
  const id = `b${[...layer.id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7)}`;
  return `<svg class="barrel${state}" viewBox="0 0 48 62" aria-hidden="true"><defs><clipPath id="${id}"><path d="${shape}"/></clipPath></defs><path class="hull" d="${shape}"/><rect class="fill" clip-path="url(#${id})" x="0" y="${top.toFixed(1)}" width="48" height="62"/><path class="staves" d="${shape} M6 18 Q24 22 42 18 M6 44 Q24 48 42 44"/></svg>`;
}
