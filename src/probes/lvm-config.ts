import { lvm } from '../tools/lvm.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { LvmConfig } from './facts/device-mapper.ts';
import { hasLvm } from './lvm-present.ts';
import type { Ask, Probe } from './probe.ts';
import { rows } from './undress.ts';

/** lvm.conf, profiles, `lvmconfig`, `lvm dumpconfig`: when dmeventd extends a thin pool, and by how much. */
export const lvmConfig: Probe = {
  id: 'lvm-config',
  title: 'lvmconfig, lvm.conf, /etc/lvm/profile',
  asks: (known): Ask[] => {
    if (!hasLvm(known)) return [];
    const profiles = new Set(
      known.all('lv').flatMap(({ value }) => (value.profile && /^[\w.-]+$/.test(value.profile) ? [value.profile] : [])),
    );
    return [
      {
        kind: 'run',
        argv: lvm.config(),
        timeoutMs: 5000,
        optional: true,
        what: 'whether thin pools extend themselves',
        or: { kind: 'run', argv: lvm.dumpConfig(), timeoutMs: 5000, or: { kind: 'read', path: '/etc/lvm/lvm.conf' } },
      },
      ...[...profiles].map(
        (name): Ask => ({
          kind: 'read',
          path: `/etc/lvm/profile/${name}.profile`,
          optional: true,
          what: `the LVM profile ${name}`,
        }),
      ),
    ];
  },
  recognises: (doc) => /thin_pool_autoextend_(?:threshold|percent)|^[ \t]*monitoring\s*=/m.test(doc.text),
  scan: (doc) => settings(doc),
};

/** `key = value`, also with lvmconfig's full path; lines that begin with # are comments in lvm.conf. */
const SETTING =
  /^[\s|>]{0,16}(?:activation[/{]?\s{0,4})?(thin_pool_autoextend_threshold|thin_pool_autoextend_percent|monitoring)\s{0,8}=\s{0,8}(\d{1,3})\b/;

function settings(doc: Document): Found[] {
  const results: Found[] = [];
  let from =
    doc.origin.kind === 'read'
      ? nameOf(doc.origin.path)
      : doc.origin.kind === 'run'
        ? nameOf(doc.origin.argv.find((word) => /\.(?:conf|profile)$/.test(word)) ?? 'lvmconfig')
        : 'lvm.conf';
  let open: { config: LvmConfig; n: number; quotes: string[]; seen: Set<string> } | undefined;
  const flush = () => {
    const autoextend = open?.config.autoextendThreshold !== undefined || open?.config.autoextendPercent !== undefined;
    if (open && (autoextend || doc.origin.kind !== 'paste'))
      results.push(found('lvm-config', open.config, open.n, open.quotes.join('\n')));
    open = undefined;
  };
  for (const { n, text } of rows(doc)) {
    const file = /(?:cat|less|more|vim?|nano|tee|>)\s+(\S{1,200}\.(?:profile|conf))\b/.exec(text)?.[1];
    if (file) {
      flush();
      from = nameOf(file);
    }
    const match = SETTING.exec(text);
    const key = match?.[1] ?? '';
    const value = Number(match?.[2]);
    if (!match || value > 1000) continue;
    if (open?.seen.has(key)) flush();
    open ??= { config: { from }, n, quotes: [], seen: new Set() };
    open.seen.add(key);
    open.quotes.push(text.trim());
    if (key === 'thin_pool_autoextend_threshold') open.config.autoextendThreshold = value;
    else if (key === 'thin_pool_autoextend_percent') open.config.autoextendPercent = value;
    else open.config.monitoring = value !== 0;
  }
  flush();
  return results;
}

/** `/etc/lvm/profile/docker-thinpool.profile` → docker-thinpool; other files keep their name. */
function nameOf(path: string): string {
  const base = path.slice(path.lastIndexOf('/') + 1);
  return base.endsWith('.profile') ? base.slice(0, -'.profile'.length) : base;
}
