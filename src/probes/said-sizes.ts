import type { DirectorySize } from './facts/file-systems.ts';
import { parseSize } from './size.ts';

/**
 * Sizes of directories that a person tells: "`/var/lib/docker/containers` alone is 76GB",
 * "/var/lib/containerd: 102G", "85 GB in /var/lib/docker/overlay2". Only below directories
 * where engines and systems keep data, and never the size of a disk or what is left on one.
 */
const PATH =
  /(?<![\w/.:-])(?:\/(?:var|opt|srv|home|data|root|mnt|run|tmp|usr|docker|storage|containers?)\b[\w./@+~-]{0,400}|~\/[\w./@+-]{3,400})/g;
const SIZE =
  '(?:about |around |over |almost |nearly |more than |approx(?:\\.|imately)? |circa |ca\\. |~ ?|> ?|some |ungefähr |über |mehr als |environ |plus de |casi |más de |mais de |около |более )?(\\d{1,6}(?:[.,]\\d{1,3})?\\s?(?:[KMGT]i?B|[GT](?:o|igs?|igabytes?)?|Gi|Ti))(?![\\w/])';
const VERB =
  '(?:is|was|are|has|hat|ist|est|es|é|takes?(?: up)?|took|uses?|used|using|occup\\w+|consum\\w+|grows?|grew|grown|growing|reach\\w*|holds?|contains?|eats?|ate|fills?|weighs?|swallow\\w*|belegt|braucht|verbraucht|frisst|pèse|prend|occupe|fait|ocupa|pesa|usa|consome|tiene|занимает|size|at)';
const WORDS =
  '(?:\\s+(?:alone|itself|directory|folder|dir|already|now|currently|has|had|grown|to|up|in|size|of|space|disk|is|at|a|total|about|allein|schon|jetzt|seul|sola|ya|já|уже|fast))';
const AFTER = new RegExp(
  `^[\`"'*)]{0,4}(?:\\s?[:=→]\\s{0,4}|\\s?\\(|${WORDS}{0,5}\\s+${VERB}${WORDS}{0,5}\\s+)${SIZE}`,
  'i',
);
const BEFORE = new RegExp(
  `${SIZE}\\s+(?:of (?:data|files|stuff|logs|layers|images|snapshots) )?(?:is |are |was |sits? |lies? |used )?(?:in|under|inside|below|by|dans|en|em|в)\\s+(?:the )?[\`"'*(]{0,4}$`,
  'i',
);
const UNIT = /\d\s?(?:[KMGT]i?B|[GT](?:o|i)?)/i;
const NOT_CONTENT =
  /^\s?(?:disk|partition|volume|lv|drive|ssd|hdd|mount|filesystem|file system|tmpfs|free|available|avail|left|frei|libre|limit|quota|total)/i;

export function said(text: string): DirectorySize[] {
  const facts: DirectorySize[] = [];
  if (text.length > 4096 || !text.includes('/') || !UNIT.test(text)) return facts;
  for (const match of text.matchAll(PATH)) {
    const path = match[0].replace(/[.]+$/, '').replace(/(?<=.)\/$/, '');
    // `/data is 300G` is as likely the size of a disk: only directories some way down
    if (path.split('/').length < 3) continue;
    const behind = text.slice(match.index + match[0].length, match.index + match[0].length + 160);
    const after = AFTER.exec(behind);
    const before = after ? null : BEFORE.exec(text.slice(Math.max(0, match.index - 120), match.index));
    const size = parseSize(plain((after ?? before)?.[1] ?? ''), 'iec');
    if (!size || (after && NOT_CONTENT.test(behind.slice(after[0].length)))) continue;
    facts.push({ path, bytes: size.bytes, resolution: size.resolution, said: true });
  }
  return facts;
}

/** `50 Go`, `50 gigs`, `50Gi` → `50G`. */
function plain(size: string): string {
  return size.replace(/\s?([KMGT])(?:i?B|o|igs?|igabytes?|i)?$/i, (_, unit: string) => unit);
}
