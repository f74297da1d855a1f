import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Errno, Symptom } from './facts/text.ts';
import { mayRunOn, wholeMessage } from './paste/broken-lines.ts';
import { hasWording, type Worded, wordedErrno } from './paste/errno-wordings.ts';
import { errorParts } from './paste/error-line.ts';
import { firstTime } from './paste/once.ts';
import type { Probe } from './probe.ts';

/** Different symptoms kept of one text: a log says the same a thousand times. */
const MOST = 200;
/** Longest message kept. */
const MESSAGE = 2000;

/** Error lines with the wording of an errno, in any language the C library speaks. */
export const symptoms: Probe = {
  id: 'symptoms',
  readsTalk: true,
  title: 'error messages: no space left on device, disk quota exceeded, read-only file system …',
  recognises: (doc) => doc.origin.kind !== 'statfs' && hasWording(doc.text),
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const seen = new Set<string>();
  const isNew = firstTime();
  let joinedTo = -1;
  for (let i = 0; i < doc.lines.length && seen.size < MOST; i++) {
    if (i <= joinedTo) continue;
    const line = doc.lines[i];
    if (!line || line.text === '' || !isNew(line.text)) continue;
    const alone = hasWording(line.text);
    if (!alone && (doc.origin.kind !== 'paste' || line.text.length < 50 || !mayRunOn(line.text))) continue;
    const whole = wholeMessage(doc, i);
    const worded = wordedErrno(whole.text) ?? (alone ? wordedErrno(line.text) : undefined);
    if (!worded) continue;
    joinedTo = whole.last;
    const symptom = symptomOf(whole.text, worded, doc.origin.kind === 'paste');
    if (!symptom) continue;
    const key = `${symptom.errno} ${symptom.operation ?? ''} ${symptom.path ?? symptom.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    facts.push(found('symptom', symptom, whole.n, whole.text.trim().slice(0, MESSAGE)));
  }
  return facts;
}

function symptomOf(text: string, worded: Worded, pasted: boolean): Symptom | undefined {
  const head = text.slice(0, worded.start);
  const tail = text.slice(worded.end);
  if (worded.loose && !isErrorLine(head, tail, worded.errno)) return undefined;
  if (isPlainSetting(text)) return undefined;
  if (pasted && isDenied(head)) return undefined;
  return {
    errno: worded.errno,
    ...errorParts(unescaped(head).slice(-8000), unescaped(tail).slice(0, 4200)),
    message: text.trim().slice(0, MESSAGE),
  };
}

/** A wording that prose uses too counts behind a colon, in quotes, or on a line that opens as an error. */
function isErrorLine(head: string, tail: string, errno: Errno): boolean {
  if (/[:"'`“‘«([]\s{0,3}$/.test(head)) return true;
  if (errno === 'EIO' && /(?:kernel|blk_|end_request|EXT4-fs|XFS|BTRFS|device-mapper|Buffer|metadata)/.test(head))
    return false; // the kernel's log says it
  if (
    /(?:^|[\s\]])(?:error|err|fatal|failed|failure|panic|exception|errors?\.\w+)\b[^.]{0,200}$/i.test(head) &&
    !/\b(?:I|we|they|you)\b/.test(head)
  )
    return true;
  return head.trim() === '' && /^\W{0,3}(?:$|\()/.test(tail);
}

/** Lines of source code, settings or mount options that hold a wording without anything having failed. */
function isPlainSetting(text: string): boolean {
  return /^\s*(?:#define|case |if \(|\/\/|\* |errors=)/.test(text) || /\berrors=remount-ro\b/.test(text);
}

/** `there is no "no space left" error`, `not a disk quota exceeded`. */
function isDenied(head: string): boolean {
  return /\b(?:not (?:a|an|the)|no more|never (?:see|saw|got)|without (?:a|any)|instead of)\s+["'`“‘]?$/i.test(head);
}

function unescaped(text: string): string {
  return text.replace(/\\+(["'])/g, '$1');
}
