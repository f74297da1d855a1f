import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { MentionTerm } from './facts/text.ts';
import { sieve } from './paste/needles.ts';
import { proseLines } from './paste/prose.ts';
import type { Probe } from './probe.ts';

/** A circumstance that is told by words which stand in one sentence, in whatever order. */
interface SentenceRule {
  term: MentionTerm;
  all: readonly RegExp[];
  /** words that turn the sentence into a question or into its opposite */
  none?: RegExp;
}

const ASKS = /\b(?:how|want(?:s|ed)?|would|should|could|can (?:i|we)|is there|like to|trying to|need to)\b/;
const REMOVES = /\b(?:rmi?|prun\w*|remov\w*|delet\w*|clean\w*|clear\w*|wip(?:e|ed|ing)|purg\w*)\b/;
const SIZE = '\\d+(?:[.,]\\d+)? ?[kmgt]i?b?\\b';

const RULES: readonly SentenceRule[] = [
  {
    term: 'many-images',
    all: [
      /\bimages?\b|\btags?\b/,
      /\b(?:old(?:er)?|unused|untagged|dangling|stale|outdated|previous|accumulat\w*|pil(?:e|es|ed|ing) up|hundreds|thousands|never (?:removed|cleaned|deleted))\b|<none>|\b(?:[5-9]\d|\d{3,5}) (?:\S+ ){0,2}(?:images?|tags|entries)\b|images?\b[^,;]{0,30}\b(?:gives?|lists?|shows?|prints?|returns?|counts?|has|have|are|says?) (?:\w+ )?(?:[5-9]\d|\d{3,5})\b(?! ?[kmgt%])/,
    ],
    none: new RegExp(`${ASKS.source}|${REMOVES.source}[^,;]{0,30}\\b(?:all|every)`),
  },
  {
    term: 'deleted-files-held-open',
    all: [
      /\b(?:restart|reboot|recreat|redeploy)\w*/,
      /\b(?:frees?|freed|return(?:s|ed)?|gives? (?:\S+ ){0,2}back|gave (?:\S+ ){0,2}back|releas(?:es|ed)|recover(?:s|ed)|reclaim(?:s|ed)|(?:falls?|fell|drops?|dropped|goes|went) (?:back )?(?:down|to|from)|(?:is|comes|came|was) back)\b/,
    ],
    none: /\b(?:not|never|nothing|no|without|network|resiz\w*)\b|n't\b/,
  },
  {
    term: 'deleted-files-held-open',
    all: [
      /\b(?:delet\w+|remov\w+|rm|erased)\b/,
      /\b(?:logs?|files?|dumps?|backups?)\b/,
      /\bstill\b|\bnot\b|n't\b|\bno\b/,
      /\b(?:df|space|full|usage)\b|%/,
    ],
    none: /\bprune\b|\bimages?\b|\binodes?\b|\bcannot\b|\bcan't\b|\b(?:log|file)s? (?:show|say|contain)/,
  },
  { term: 'du-does-not-explain', all: [/\bdf\b/, /\bdu\b/] },
  {
    term: 'du-does-not-explain',
    all: [
      new RegExp(`${SIZE}.*${SIZE}`),
      /\b(?:sees?|finds?|found|counts?|adds? up|sums? up|analy[sz]er|ncdu|baobab|files|explorer)\b/,
      /\b(?:system|used|full|says?|tells?|reports?)\b/,
    ],
    none: /docker|podman|images?\b|containers?\b|containerd/,
  },
  {
    term: 'disk-was-resized',
    all: [
      /\b(?:disks?|vms?|volumes?|drives?|lv|partitions?|vdisk|disk-size)\b/,
      /\b(?:resiz|enlarg|expand|extend|grow|grew|increas|bigger|disk[- ]size|changed)|--disk\b/,
      /\b(?:still|no effect|remains?|remained|ignored|unchanged|stays?|only (?:shows?|sees?|uses?))\b|\b(?:not|n't) (?:reflect|chang|see|show|grow|help|tak|us)/,
    ],
    // use that grows is no disk that was grown
    none: /\b(?:space|usage|used)\b[^,;]{0,40}\b(?:is|are|keeps?|constantly|was|were|steadily)\b[^,;]{0,20}(?:increas|grow)/,
  },
  {
    term: 'disk-was-resized',
    all: [
      /\b(?:disks?|vms?|volumes?|drives?|lv|partitions?|vdisk)\b/,
      new RegExp(`\\b(?:resized|enlarged|extended|expanded|raised)\\b[^,;]{0,30}\\bto ${SIZE}`),
    ],
    none: /\busage\b|\blogs?\b/,
  },
  {
    term: 'orphan-layers',
    all: [
      /\b(?:overlay2?|aufs|layers?|subvolumes?|snapshotter|ctr|containerd)\b/,
      /(?:\bnot|n't|\bno longer|\bnever) (?:\w+ ){0,2}(?:referenced|owned|known|belong|garbage|clean|remov|delet)|\bunreferenced\b|\borphan|belongs? to no\b|\bleft behind\b|\bleft ?over\b|\bstill (?:holds?|has|contains?|takes?|occup|left)|\bremain(?:s|ing)? (?:in|below|under)\b|\bno (?:\w+ ){0,2}(?:image|container|pod)s? (?:uses?|refers?|references?|owns?|needs?|has|have)\b/,
    ],
    none: /\b(?:snapper|timeshift)\b/,
  },
  // the store's own size against what the images add up to
  {
    term: 'orphan-layers',
    all: [
      /\b(?:overlay2|aufs|subvolumes|snapshotter)\b/,
      new RegExp(`${SIZE}.*${SIZE}`),
      /\bimages?\b[^,;]{0,40}\b(?:only|just|is|are|sums?|total|adds?)\b|\b(?:sums?|total|adds? up|only|just)\b[^,;]{0,40}\bimages?\b/,
    ],
  },
  {
    term: 'everything-was-pruned',
    all: [
      /\b(?:docker|podman|nerdctl|crictl) (?:ps|images?|volumes?|containers?|system)\b/,
      /\b(?:nothing|empty|(?<!<)none|no output|0 ?b)\b/,
    ],
    none: ASKS,
  },
  { term: 'inodes', all: [/\biuse(?:d|%)/] },
  {
    term: 'everything-was-pruned',
    all: [REMOVES, /\b(?:all|every|everything|each)\b/, /\b(?:images?|containers?)\b/],
    none: new RegExp(
      `${ASKS.source}|\\b(?:not|never)\\b|n't\\b|\\bnew\\b|\\beach time\\b|\\ball (?:the time|along|day)\\b`,
    ),
  },
  {
    term: 'container-logs',
    all: [
      /\blogs?\b|\blogging\b|\bstdout\b|\bstack ?traces?\b/,
      /\b(?:containers?|services?|docker|pods?)\b/,
      /\b(?:prints?|writes?|writing|spam\w*|verbose|rotat\w*|huge|grow\w*|grew|fill\w*)\b/,
    ],
    none: /\bbuild log|\blog ?in\b|\blogged\b|\bsee the logs?\b|\battach/,
  },
  {
    term: 'container-logs',
    all: [
      /\b(?:containers?|services?|pods?|daemon|app(?:lication)?)\b/,
      /\b(?:print\w*|logging|spam\w*|flood\w*|writ\w+|emit\w*)\b[^,;]{0,24}\b(?:errors?|lines?|messages?|output|traces?|warnings?|debug)\b/,
      /\b(?:since|constantly|continu\w*|loop|forever|all the time|(?:every|each|per) (?:second|minute|hour|request)|millions?|thousands?)\b/,
    ],
  },
  {
    term: 'container-logs',
    all: [
      /\blogs?\b/,
      new RegExp(SIZE),
      /\b(?:big|large|huge|enormous|grow\w*|grew|becom\w*|became|tak\w*|took|eat\w*|ate|occup\w*|reach\w*|rotat\w*|fill\w*)\b/,
    ],
    none: /journal|syslog|\/var\/log\/(?!pods|containers)|\bbuild log|\bbin(?:ary)?[- ]?logs?\b|\btransaction|\bwal\b|\baudit|\bkernel log/,
  },
  // `overlay2 is 9G, containers is 75G`: the directory beside overlay2 that holds the logs
  {
    term: 'container-logs',
    all: [
      /\boverlay2\b|\/var\/lib\/docker\b/,
      new RegExp(
        `\\bcontainers[\`"'/]{0,2}(?: (?:dir(?:ectory)?|folder|subdirectory))? ?(?:is|has|=|:) ?(?:about |around )?${SIZE}`,
      ),
    ],
  },
];

const possible = sieve(RULES, (rule) => rule.all);

/** People put what they saw in the first pages; beyond this a paste is a log. UTF-16 units. */
const READ = 64 * 1024;
/** A longer "sentence" is no sentence. */
const LONGEST = 500;

/** Circumstances told by several words of one sentence, where no fixed phrase can be expected. */
export const sentences: Probe = {
  id: 'sentences',
  readsTalk: true,
  title: 'circumstances in the sentences of a pasted text',
  recognises: (doc) => doc.origin.kind === 'paste' && doc.text !== '',
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const seen = new Set<MentionTerm>();
  let read = 0;
  let before = '';
  const prose = proseLines(doc.lines);
  for (const [i, line] of doc.lines.entries()) {
    read += line.text.length;
    if (read > READ || facts.length >= RULES.length) break;
    if (!prose[i]) {
      before = '';
      continue;
    }
    for (const sentence of line.text.toLowerCase().split(/[.!?](?=\s|$)|[。！？]/)) {
      if (sentence.length === 0 || sentence.length > LONGEST) continue;
      for (const rule of possible(`${before} ${sentence}`)) {
        if (seen.has(rule.term)) continue;
        // df in one sentence and du in the next belong together
        const text = rule.term === 'du-does-not-explain' ? `${before} ${sentence}` : sentence;
        if (!rule.all.every((pattern) => pattern.test(text)) || rule.none?.test(text)) continue;
        seen.add(rule.term);
        facts.push(found('mention', { term: rule.term }, line.n, line.text.trim().slice(0, 400)));
      }
      before = sentence;
    }
  }
  return facts;
}
