import type { DfUnits } from './df-rows.ts';

/** What a df header says of the rows below it. */
export interface DfHeader {
  inodes: boolean;
  /** has a column for the type */
  type: boolean;
  units?: DfUnits;
  /** xfs_quota's df: limits of a project, not room of a file system */
  foreign: boolean;
}

/** Words for inodes in the headers of coreutils' translations, BusyBox and macOS. */
const INODES =
  /inod|inœud|inoeud|i-?nod|nodos-?i|ノード|节点|節點|нодов|инод|i-węz|i-?düğüm|아이노드|IUse|IVerw|IUti|IUso|NUso|I使用|I已用/iu;
const TYPE = /(?:^|\s)(?:Typ|Type|Typo|Tipo|Tyyppi|Tip|Тип|タイプ|类型|類型|형식|형태|Soort|Típus)(?=\s|$)/iu;
/** `Use%`, `使用%`, `Uti%`, `Capacity`, `Kapazität`: a percentage that is no number. */
const PERCENT_WORD = /[^\d\s]%|%[a-z]|(?:^|\s)(?:Capac|Kapaz|Doluluk)/i;
const UNIT = /(?:^|\s)(\d{1,6})([KMGTPE]?)(i?B|B?)-\S/i;
const UNIT_BEHIND = /\S+\s(?:de|di)\s(\d{1,6})\s?([KMGTPE]?)(B?)(?:\s|$)/i;

/** Has a line what every header has: the title of a column of percentages? */
export function isHeaderLike(text: string): boolean {
  return text.length <= 1000 && (text.includes('%') || /\s[CKD]/.test(text)) && PERCENT_WORD.test(text);
}

/** A header of df in any language, or undefined. It tells the unit and what is counted; columns go by shape. */
export function dfHeader(text: string): DfHeader | undefined {
  if (!isHeaderLike(text)) return undefined;
  if (text.trim().split(/\s+/).length < 4 || /\s\d{1,3}%\s/.test(text)) return undefined;
  const unit = UNIT.exec(text) ?? UNIT_BEHIND.exec(text);
  return {
    // macOS and `--output` print both kinds: then the first amounts are blocks
    inodes: INODES.test(text) && !unit && !/(?:^|\s)(?:Size|Größe|Tamaño|Taille|Tam|サイズ|容量|Размер)\s/iu.test(text),
    type: TYPE.test(text),
    foreign: /\bPathname\b/.test(text),
    ...(unit ? { units: blockUnits(unit) } : {}),
  };
}

/** `1K-blocks`, `512-blocks`, `1M-blocks` are powers of 1024, `1MB-blocks` powers of 1000 (coreutils manual, Block size). */
function blockUnits(unit: RegExpExecArray): DfUnits {
  const power = ['', 'K', 'M', 'G', 'T', 'P', 'E'].indexOf((unit[2] ?? '').toUpperCase());
  const base = (unit[3] ?? '').toUpperCase() === 'B' && power > 0 ? 1000 : 1024;
  return { bare: Number(unit[1]) * base ** Math.max(0, power), kind: base === 1000 ? 'si' : 'iec' };
}

/** What a df command line says, for rows whose header was cut off. */
export function dfCommand(command: string): { inodes: boolean; si: boolean } | undefined {
  const call = /(?:^|[\s/;&|(])g?df(?=\s|$)([^|;&]{0,300})/.exec(command);
  if (!call) return undefined;
  const options = (call[1] ?? '').split(/\s+/).filter((word) => word.startsWith('-'));
  return {
    inodes: options.some((word) => word === '--inodes' || /^-[a-zA-Z]*i/.test(word)),
    si: options.some((word) => word === '--si' || /^-[a-zA-Z]*H/.test(word)),
  };
}
