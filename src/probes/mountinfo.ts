import { type ConsoleRow, consoleRows, mayHold } from './console-rows.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Mount } from './facts/file-systems.ts';
import { isFsType } from './fs-types.ts';
import { mountOptions, unescapeMount } from './mount-path.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** proc(5): id, parent, major:minor, root, mount point, options, optional fields, ` - `, type, source, super options. */
const MOUNTINFO =
  /^(?:\/proc\/(\w+)\/mountinfo:)?\s*(\d+) (\d+) (\d+:\d+) (\S+) (\S+) (\S+) (?:\S+:\d+ |unbindable )*- (\S+) (\S*) (\S+)\s*$/;
/** /proc/mounts: source, target, type, options, and two zeros (fstab has other numbers there). */
const MOUNTS = /^(?:\/proc\/(\w+)\/mounts:)?\s*(\S+) (\/\S*) ([\w.-]+) ((?:rw|ro)(?:,\S+)?) 0 0\s*$/;
/** mount(8): `/dev/sda1 on / type ext4 (rw,relatime) [label]` */
const LINUX = /^\s*(\S.{0,400}?) on (\/.{0,4000}?) type ([\w.-]+) \(([^()\s]{1,8000})\)/;
/** macOS: `/dev/disk1s1 on / (apfs, local, journaled)` */
const MACOS = /^\s*(\S.{0,200}?) on (\/.{0,400}?) \(([a-z]\w{1,20}), ([\w ,.=-]{1,400})\)\s*$/;

export const mountinfo: Probe = {
  id: 'mountinfo',
  title: '/proc/*/mountinfo, /proc/mounts, mount: what is mounted where',
  asks: () => [
    {
      kind: 'read',
      path: '/proc/self/mountinfo',
      what: 'mounted file systems',
      or: { kind: 'read', path: '/proc/mounts' },
    },
  ],
  recognises: (doc) =>
    mayHold(
      doc,
      ['mount'],
      / - \S+ \S* (?:rw|ro)|\s(?:rw|ro)(?:,\S{0,4000})? 0 0|\son\s\/.{0,4000}\((?:rw|ro|[a-z]+,\s)/,
      /^\/proc\/(?:\w+\/)?(?:mountinfo|mounts)$/,
    ),
  scan: scanMounts,
};

function scanMounts(doc: Document): Found[] {
  const facts: Found[] = [];
  for (const row of consoleRows(doc)) {
    if (row.typed) continue;
    const value = mountOf(row, doc);
    if (value) facts.push(found('mount', value, row.n));
  }
  return facts;
}

function mountOf(row: ConsoleRow, doc: Document): Mount | undefined {
  const { text } = row;
  const info = text.includes(' - ') ? MOUNTINFO.exec(text) : null;
  if (info) {
    const [
      ,
      who = '',
      id = '',
      parent = '',
      majmin = '',
      root = '',
      target = '',
      options = '',
      fstype = '',
      source = '',
      superOptions = '',
    ] = info;
    return {
      source: unescapeMount(source),
      target: unescapeMount(target),
      fstype,
      options: mountOptions(options),
      superOptions: mountOptions(superOptions),
      majmin,
      root: unescapeMount(root),
      ...numbers(id, parent),
      ...pidOf(who, row, doc),
    };
  }
  const plain = text.endsWith('0') || /0\s*$/.test(text) ? MOUNTS.exec(text) : null;
  if (plain) {
    const [, who = '', source = '', target = '', fstype = '', options = ''] = plain;
    return {
      source: unescapeMount(source),
      target: unescapeMount(target),
      fstype,
      options: mountOptions(options),
      ...pidOf(who, row, doc),
    };
  }
  if (!text.includes(' on /')) return undefined;
  const linux = LINUX.exec(text);
  if (linux) {
    const [, source = '', target = '', fstype = '', options = ''] = linux;
    return { source, target, fstype, options: mountOptions(options), ...pidOf('', row, doc) };
  }
  const mac = MACOS.exec(text);
  if (!mac || !isFsType(mac[3])) return undefined;
  return { source: mac[1] ?? '', target: mac[2] ?? '', fstype: mac[3] ?? '', options: (mac[4] ?? '').split(', ') };
}

function numbers(id: string, parent: string): { mountId?: number; parentId?: number } {
  const mountId = count(id);
  const parentId = count(parent);
  return { ...(mountId === undefined ? {} : { mountId }), ...(parentId === undefined ? {} : { parentId }) };
}

/** Whose mount namespace it is: named by the file, by grep's prefix, or by `nsenter -t PID -m`. */
function pidOf(prefix: string, row: ConsoleRow, doc: Document): { pid?: number } {
  const where = doc.origin.kind === 'read' ? doc.origin.path : row.command;
  const named =
    prefix ||
    /\/proc\/(\d+)\/mount(?:info|s)/.exec(where)?.[1] ||
    /\bnsenter\b.{0,80}?\s(?:-t|--target)[ =]?(\d+)/.exec(where)?.[1];
  const pid = count(named);
  return pid === undefined ? {} : { pid };
}
