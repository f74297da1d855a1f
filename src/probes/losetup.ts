import { consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { LoopDevice } from './facts/file-systems.ts';
import type { Probe } from './probe.ts';
import { amount, flag, jsonQuote, shape, shapes, text as textOf } from './shape.ts';
import { count } from './size.ts';

/** `/dev/loop0: [2049]:131 (/srv/data), offset 4096, sizelimit 512`; the numbers may be empty or hexadecimal. */
const ALL =
  /^\s*(\/dev\/loop\d+):\s*\[[0-9a-fx]*\]:?\d*\s*\((.{1,4096}?)\)(?:, offset (\d+))?(?:, sizelimit (\d+))?(?:, encryption .*)?\s*$/;
/** BusyBox: `/dev/loop0: 0 /srv/data` */
const BUSYBOX = /^\s*(\/dev\/loop\d+): (\d+) (\/.{1,4096})$/;
/** losetup -l: NAME SIZELIMIT OFFSET AUTOCLEAR RO BACK-FILE [DIO] [LOG-SEC] */
const LIST =
  /^\s*(\/dev\/loop\d+)\s+(\d+)\s+(\d+)\s+([01])\s+([01])\s+(\/.{0,4096}?)(\s+\(deleted\))?(?:\s+[01](?:\s+\d+)?)?\s*$/;
/** grep -H . /sys/block/loop?/loop/backing_file */
const SYSFS = /^\/sys\/(?:block|devices\/virtual\/block)\/(loop\d+)\/loop\/backing_file[:=](\/.{1,4096})$/;

export const losetup: Probe = {
  id: 'losetup',
  title: 'losetup: loop devices and the files under them',
  asks: () => [
    {
      kind: 'run',
      argv: ['losetup', '-l', '-J'],
      timeoutMs: 5000,
      optional: true,
      or: { kind: 'run', argv: ['losetup', '-a'], timeoutMs: 5000 },
    },
  ],
  recognises: (doc) => mayHold(doc, ['losetup'], /"loopdevices"\s*:|\/dev\/loop\d+:?\s|loop\/backing_file/),
  scan: scanLoops,
};

function scanLoops(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const { value, line } of doc.json) {
    for (const one of shapes(shape(value)?.loopdevices)) {
      const device = textOf(one.name);
      const backFile = textOf(one['back-file']);
      if (!device || !backFile) continue;
      const options = {
        offset: amount(one.offset),
        sizeLimit: amount(one.sizelimit),
        autoclear: bool(one.autoclear),
        readOnly: bool(one.ro),
      };
      facts.push(
        found(
          'loop',
          loop(device, backFile, options),
          line,
          jsonQuote(one, ['name', 'back-file', 'sizelimit', 'offset', 'ro']),
        ),
      );
    }
  }
  for (const { n, text } of consoleRows(doc)) {
    const value = fromLine(text);
    if (value) facts.push(found('loop', value, n));
  }
  return facts;
}

function fromLine(text: string): LoopDevice | undefined {
  const all = ALL.exec(text);
  if (all) return loop(all[1] ?? '', all[2] ?? '', { offset: count(all[3]), sizeLimit: count(all[4]) });
  const list = LIST.exec(text);
  if (list)
    return loop(list[1] ?? '', `${list[6] ?? ''}${list[7] ?? ''}`, {
      sizeLimit: count(list[2]),
      offset: count(list[3]),
      autoclear: list[4] === '1',
      readOnly: list[5] === '1',
    });
  const busybox = BUSYBOX.exec(text);
  if (busybox) return loop(busybox[1] ?? '', busybox[3] ?? '', { offset: count(busybox[2]) });
  const sysfs = SYSFS.exec(text);
  return sysfs ? loop(`/dev/${sysfs[1]}`, sysfs[2] ?? '', {}) : undefined;
}

interface Options {
  offset?: number | undefined;
  sizeLimit?: number | undefined;
  autoclear?: boolean | undefined;
  readOnly?: boolean | undefined;
}

function loop(device: string, file: string, options: Options): LoopDevice {
  const deleted = /\s\(deleted\)$/.test(file);
  return {
    device,
    backFile: file.replace(/\s+\(deleted\)$/, '').trimEnd(),
    ...(deleted ? { deleted } : {}),
    ...(options.offset ? { offset: options.offset } : {}),
    ...(options.sizeLimit ? { sizeLimit: options.sizeLimit } : {}),
    ...(options.readOnly === undefined ? {} : { readOnly: options.readOnly }),
    ...(options.autoclear === undefined ? {} : { autoclear: options.autoclear }),
  };
}

function bool(value: unknown): boolean | undefined {
  return flag(value) ?? (value === 1 || value === '1' ? true : value === 0 || value === '0' ? false : undefined);
}
