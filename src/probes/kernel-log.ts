import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { KernelEvent } from './facts/text.ts';
import { renewal } from './kernel-log-renewals.ts';
import { KERNEL_RULES, KERNEL_WORDS } from './paste/kernel-rules.ts';
import type { Probe } from './probe.ts';

/** Different events kept of one log. */
const MOST = 500;
/** `[91220.118340] `, `kernel: [91220.118340] `, journalctl -o short-monotonic. */
const TIME = /\[\s{0,8}(\d{1,9}\.\d{3,6})\]/;

/** What the kernel's log says of storage; repeats are counted in `values.repeats`. */
export const kernelLog: Probe = {
  id: 'kernel-log',
  readsTalk: true,
  title: 'kernel log (dmesg, journalctl -k, /var/log/messages, pasted lines)',
  asks: () => [
    {
      kind: 'run',
      argv: ['dmesg'],
      what: 'kernel log',
      optional: true,
      or: {
        kind: 'run',
        argv: ['journalctl', '-k', '-b', '--no-pager', '-n', '2000'],
        what: 'kernel log',
        optional: true,
      },
    },
  ],
  recognises: (doc) => doc.origin.kind !== 'statfs' && KERNEL_WORDS.test(doc.text),
  scan,
};

function scan(doc: Document): Found[] {
  const events = new Map<string, { event: KernelEvent; line: number; repeats: number; quote: string }>();
  // a paste tells of troubles one after the other, all of them meant; a host's log also of those long over
  const history = doc.origin.kind !== 'paste';
  for (const line of doc.lines) {
    if (line.text.length > 20_000) continue;
    const renewed = history ? renewal(line.text) : undefined;
    if (renewed)
      for (const [key, { event }] of events)
        if (renewed.ends(event.event) && (event.device === renewed.device || (renewed.unnamed && !event.device)))
          events.delete(key);
    if (!KERNEL_WORDS.test(line.text)) continue;
    const time = TIME.exec(line.text)?.[1];
    const at = time === undefined ? undefined : Number(time);
    for (const piece of pieces(line.text)) {
      for (const rule of KERNEL_RULES) {
        const match = rule.pattern.exec(piece);
        if (!match || rule.unless?.test(piece)) continue;
        const device = rule.device?.exec(piece)?.slice(1).find(Boolean);
        const values = rule.values?.(match, piece);
        const key = `${rule.event} ${device ?? ''} ${values?.['status'] ?? values?.['errno'] ?? ''}`;
        const known = events.get(key);
        if (known) known.repeats++;
        else if (events.size < MOST) {
          const event: KernelEvent = {
            event: rule.event,
            ...(device ? { device: device.slice(0, 200) } : {}),
            ...(at === undefined ? {} : { at }),
            ...(values ? { values } : {}),
          };
          events.set(key, { event, line: line.n, repeats: 1, quote: line.text.trim().slice(0, 1000) });
        }
      }
    }
  }
  return [...events.values()].map(({ event, line, repeats, quote }) =>
    found('kernel-event', repeats > 1 ? { ...event, values: { ...event.values, repeats } } : event, line, quote),
  );
}

/** A line that lost its line breaks holds several messages: `… I/O errorkernel: EXT4-fs: …`. */
function pieces(line: string): string[] {
  if (!/kernel:.*kernel:/.test(line)) return [line];
  return line.split('kernel:');
}
