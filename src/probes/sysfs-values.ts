import { consoleRows } from './console-rows.ts';
import type { Document } from './document.ts';

/** One file of /sys: its path, absolute where that can be known, and its text. */
interface SysValue {
  path: string;
  value: string;
  line: number;
}

/**
 * Values of files below a directory of /sys in any dress: one file read, `grep -H .`
 * (`/sys/…/x:1`), `path=1` dumps after a `cd` (the directory then stands in the command).
 */
export function* sysfsValues(doc: Document, base: RegExp): Generator<SysValue> {
  if (doc.origin.kind === 'read') {
    if (base.test(doc.origin.path)) yield { path: doc.origin.path, value: doc.text.trim(), line: 1 };
    return;
  }
  for (const { n, text, command } of consoleRows(doc)) {
    if (text.length > 4000) continue;
    // no file name below /sys/fs has a colon or an equals sign in it
    const pair = /^\s*([\w./-]{1,400})[:=](.*)$/.exec(text);
    if (!pair) continue;
    const path = (pair[1] ?? '').replace(/^\.\//, '');
    if (path.startsWith('/')) {
      if (base.test(path)) yield { path, value: (pair[2] ?? '').trim(), line: n };
      continue;
    }
    const directory = base.exec(command)?.[0];
    if (directory) yield { path: `${directory.replace(/\/+$/, '')}/${path}`, value: (pair[2] ?? '').trim(), line: n };
  }
}
