import type { Errno } from '../facts/text.ts';
import { sieve } from './needles.ts';

/**
 * How errors are worded: the C library's strerror texts in the languages glibc is translated
 * to (its message catalogues, old and new wordings), musl's and BusyBox's, errno names as
 * programs print them, and what Windows and runtimes say instead. `loose` wordings also occur
 * in ordinary prose and count only where an error message stands (see symptoms.ts).
 */
interface Wording {
  errno: Errno;
  sure: readonly string[];
  /** strerror in other languages, as printed */
  translated?: readonly string[];
  loose?: readonly string[];
}

const WORDINGS: readonly Wording[] = [
  {
    errno: 'ENOSPC',
    sure: [
      String.raw`no\s{1,3}space\s{1,3}left(?:\s{1,3}on\s{1,3}(?:the\s)?(?:device|disk|drive|volume))?`,
      String.raw`no\s(?:free\s|more\s)?(?:file\s|disk\s)space\s(?:left|on|available)(?:\son\s(?:the\s)?device)?`,
      String.raw`not enough (?:free )?space (?:left )?on the (?:disk|device)`,
      String.raw`there is (?:not enough|no) space (?:left )?on (?:the )?(?:disk|device)`,
      String.raw`\bENOSPC\b`,
      String.raw`os error 28\b`,
      String.raw`\berrno[ =:]{1,3}-?28\b`,
      String.raw`\[Errno 28\]`,
      String.raw`\(error -?28\)|\berror -28\b|status: -28\b`,
    ],
    translated: [
      'Auf dem Gerät ist kein Speicherplatz mehr verfügbar',
      'Kein Speicherplatz mehr auf dem Gerät',
      'Aucun espace disponible sur le périphérique',
      "Plus d['’]espace disponible sur le périphérique",
      'Il n.y a plus de place sur le périphérique',
      'No queda espacio en el dispositivo',
      'No hay espacio (?:disponible )?en el dispositivo',
      'No hay suficiente espacio en el (?:disco|dispositivo)',
      'Spazio esaurito sul (?:device|dispositivo)',
      'Nessuno spazio (?:disponibile|rimasto) sul dispositivo',
      'Sem espaço (?:livre |disponível )?no dispositivo',
      'Não (?:há|existe) espaço (?:disponível|livre) no dispositivo',
      'На устройстве не осталось свободного места',
      'На устройстве кончилось место',
      'Нет места на устройстве',
      'Недостатньо місця на пристрої',
      'На пристрої не залишилось вільного місця',
      'デバイスに空き領域がありません',
      'デバイスに(?:十分な)?空き容量がありません',
      '设备上没有空间',
      '設備上沒有空間',
      '(?:设备|裝置|磁盘|磁碟|硬盘)(?:上)?(?:已)?(?:没有|沒有|無|无)(?:剩余|剩餘|多余|多餘|足够|足夠|可用)?(?:的)?空[间間]',
      '磁盘空间不足|磁碟空間不足|硬盘空间不足',
      '장치에 남은 공간이 없(?:음|습니다)',
      'Brak miejsca na urządzeniu',
      'Geen ruimte meer over op apparaat',
      'Enheten är full',
      'Ikke mere plads på enheden',
      'Ikke mer plass på enheten',
      'Laitteella ei ole tilaa',
      'Na zařízení není volné místo',
      'Na zařízení (?:již )?není (?:žádné )?(?:volné )?místo',
      'Na zariadení už nie je žiadne miesto',
      'Nincs több hely a(?:z)? (?:lemezen|eszközön)',
      'Aygıt üzerinde (?:boş|hiç) yer (?:yok|kalmadı)',
      'Aygıtta yer kalmadı',
      'Не остана свободно място|Няма свободно място на устройството',
      'Δεν έμεινε καθόλου χώρος στη συσκευή',
      'Nema više prostora na uređaju',
      'Није преостало простора на уређају',
      'Na napravi ni več prostora',
      'Įrenginyje neliko vietos',
      'No resta espai (?:lliure )?al dispositiu',
      'Non hai espacio libre no dispositivo',
      'Tidak (?:ada )?ruang (?:lagi|tersisa) di ?perangkat',
      'Không có đủ chỗ trống trên thiết bị',
      'Няма месца на прыладзе',
      'Ne haviĝas plu da spaco sur aparato',
      'Nu mai este spațiu (?:disponibil )?pe dispozitiv|Spațiu epuizat pe dispozitiv',
    ],
    loose: [
      String.raw`(?:the )?dis[ck] (?:is )?full`,
      String.raw`dis[ck]full`,
      String.raw`out of (?:dis[ck] )?space`,
      String.raw`not enough (?:free )?(?:dis[ck] )?space`,
      String.raw`insufficient (?:free )?(?:dis[ck] )?(?:space|storage)`,
      String.raw`(?:too little|no) (?:free )?dis[ck] space`,
      String.raw`no file space`,
    ],
  },
  {
    errno: 'EDQUOT',
    sure: [
      String.raw`dis[ck] quota\s{1,3}exceeded`,
      String.raw`\bEDQUOT\b`,
      String.raw`os error 122\b`,
      String.raw`\[Errno 122\]`,
    ],
    translated: [
      'Der zugewiesene Plattenplatz \\(Quota\\) ist überschritten',
      "Débordement du quota d['’]espace disque",
      "Quota d['’]espace disque dépassé",
      'Se ha excedido la cuota de disco',
      'Quota disco superata',
      '(?:Quota|Cota) d[oae] disco excedida',
      'Превышена дисковая квота',
      'Перевищено квоту диска',
      'ディスク使用量制限を超過しました',
      '超出磁盘限额|磁盘配额已满|磁碟配額已滿|磁盘配额(?:已)?超(?:出|限)',
      '디스크 할당량이 초과됨',
      'Przekroczony limit dyskowy',
      'Schijfquotum is overschreden',
      'Diskkvot överskriden',
      'Diskkvoten overskredet',
      'Levykiintiö ylittynyt',
      'Překročena disková kvóta',
      'Lemezkvóta túllépve',
      'Disk kotası aşıldı',
    ],
  },
  {
    errno: 'EROFS',
    sure: [String.raw`\bEROFS\b`, String.raw`os error 30\b`, String.raw`\[Errno 30\]`],
    translated: [
      'Das Dateisystem ist nur lesbar',
      'Système de fichiers accessible en lecture seulement',
      'Sistema de (?:ficheros|archivos) de sólo lectura',
      'File system in sola lettura',
      'Sistema de ficheiros só de leitura|Sistema de arquivos somente para leitura',
      'Файловая система доступна только для чтения',
      '読み込み専用ファイルシステムです',
      '只读文件系统|唯讀的檔案系統',
      '읽기전용 파일 시스템',
      'System plików wyłącznie do odczytu',
    ],
    loose: [String.raw`read[- ]only file ?system`],
  },
  {
    errno: 'EIO',
    sure: [String.raw`os error 5\b`, String.raw`\[Errno 5\]`],
    translated: [
      'Eingabe-/Ausgabefehler',
      "Erreur d['’]entrée/sortie",
      'Error de entrada/salida',
      'Errore di input/output',
      'Erro de entrada/saída',
      'Ошибка ввода[/-]вывода',
      '入力/出力エラーです',
      '输入/输出错误|輸入/輸出錯誤',
      '입력/출력 오류',
      'Błąd wejścia/wyjścia',
    ],
    loose: [String.raw`input/output error`, String.raw`\bi/o error\b`, String.raw`\bEIO\b`],
  },
  {
    errno: 'ENFILE',
    sure: [String.raw`too many open files in system`, String.raw`\bENFILE\b`],
    translated: [
      'Zu viele offene Dateien im System',
      'Trop de fichiers ouverts dans le système',
      'Demasiados (?:ficheros|archivos) abiertos en el sistema',
    ],
  },
  {
    errno: 'EMFILE',
    sure: [String.raw`too many open files(?! in system)`, String.raw`\bEMFILE\b`, String.raw`os error 24\b`],
    translated: [
      'Zu viele offene Dateien(?! im)',
      'Trop de fichiers ouverts(?! dans)',
      'Demasiados (?:ficheros|archivos) abiertos(?! en)',
      'Troppi file aperti(?! nel)',
      'Muitos arquivos abertos(?! no)',
      'Слишком много открытых файлов(?! в)',
      '(?<!の)ファイルを開きすぎです',
      '(?<!中)打开的文件过多|打開的檔案過多|開啟太多檔案',
    ],
  },
  { errno: 'EXFULL', sure: [String.raw`exchange full`, String.raw`\bEXFULL\b`] },
  {
    errno: 'ENOMEM',
    sure: [String.raw`\bENOMEM\b`, String.raw`os error 12\b`, String.raw`\[Errno 12\]`],
    translated: ['Nicht genügend Hauptspeicher verfügbar', '无法分配内存', 'メモリを確保できません'],
    loose: [String.raw`cannot allocate memory`],
  },
  {
    errno: 'E2BIG',
    sure: [String.raw`\bE2BIG\b`, String.raw`os error 7\b`],
    loose: [String.raw`argument list too long`],
  },
  {
    errno: 'EAGAIN',
    sure: [String.raw`os error 11\b`, String.raw`\[Errno 11\]`],
    loose: [String.raw`resource temporarily unavailable`, String.raw`\bEAGAIN\b`],
    translated: ['Die Ressource ist zur Zeit nicht verfügbar', 'Ressource temporairement non disponible'],
  },
  { errno: 'EFBIG', sure: [String.raw`\bEFBIG\b`, String.raw`os error 27\b`], loose: [String.raw`file too large`] },
];

/** Any English wording, sure or loose; case does not matter (Go says `no space`, C `No space`). */
const ENGLISH = new RegExp(WORDINGS.flatMap((wording) => [...wording.sure, ...(wording.loose ?? [])]).join('|'), 'i');

const TRANSLATIONS = WORDINGS.flatMap((wording) => wording.translated ?? []).flatMap(alternatives);
/** A letter that is in most translations and in hardly any English line. */
const FOREIGN = /[\u0080-\uffff]/;
/** Any translated wording, in the case the C library prints. */
const TRANSLATED = new RegExp(TRANSLATIONS.join('|'));
/** The few that a line of plain ASCII can hold. */
const TRANSLATED_ASCII = new RegExp(
  TRANSLATIONS.filter((one) => !FOREIGN.test(one.replace(/\[[^\]]*\]|\([^)]*\)/g, ''))).join('|'),
);

/** `a|b(?:c|d)` → `a`, `b(?:c|d)` */
function alternatives(source: string): string[] {
  const parts = [''];
  let depth = 0;
  for (const char of source) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    if (char === '|' && depth === 0) parts.push('');
    else parts[parts.length - 1] += char;
  }
  return parts;
}

const translated = (text: string): RegExp => (FOREIGN.test(text) ? TRANSLATED : TRANSLATED_ASCII);

/** Does the text hold a wording of an errno? The gate in front of everything else. */
export function hasWording(text: string): boolean {
  return ENGLISH.test(text) || translated(text).test(text);
}

/** The first wording, sure or loose, or `null`. */
export function firstWording(text: string): RegExpExecArray | null {
  return ENGLISH.exec(text) ?? translated(text).exec(text);
}

const SURE = WORDINGS.flatMap(({ errno, sure, translated }) => [
  { errno, pattern: new RegExp(sure.join('|'), 'i') },
  ...(translated ? [{ errno, pattern: new RegExp(translated.join('|')) }] : []),
]);
const LOOSE = WORDINGS.flatMap(({ errno, loose }) =>
  loose ? [{ errno, pattern: new RegExp(loose.join('|'), 'i') }] : [],
);
const sures = sieve(SURE, ({ pattern }) => [pattern]);

export interface Worded {
  errno: Errno;
  /** where the wording stands in the line */
  start: number;
  end: number;
  /** it also occurs in prose */
  loose: boolean;
}

/** The first wording of an errno in a line; `undefined` when none is there. */
export function wordedErrno(line: string): Worded | undefined {
  if (!hasWording(line)) return undefined;
  let best: Worded | undefined;
  for (const { errno, pattern } of sures(line.toLowerCase())) {
    const match = pattern.exec(line);
    if (match && (!best || match.index < best.start))
      best = { errno, start: match.index, end: match.index + match[0].length, loose: false };
  }
  if (best) return extended(line, best);
  for (const { errno, pattern } of LOOSE) {
    const match = pattern.exec(line);
    if (match && (!best || match.index < best.start))
      best = { errno, start: match.index, end: match.index + match[0].length, loose: true };
  }
  return best;
}

/** `[Errno 28] No space left on device` and `ENOSPC: no space …` are one wording. */
function extended(line: string, worded: Worded): Worded {
  const rule = SURE.find(({ errno }) => errno === worded.errno);
  const next = rule?.pattern.exec(line.slice(worded.end, worded.end + 80));
  return next && next.index <= 2 ? { ...worded, end: worded.end + next.index + next[0].length } : worded;
}
