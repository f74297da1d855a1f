import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Probe } from './probe.ts';
import { count } from './size.ts';

/** Controllers of cgroup v1 and v2 (kernel/cgroup, CGROUP_SUBSYS). */
const CONTROLLERS =
  'cpuset|cpu|cpuacct|blkio|memory|devices|freezer|net_cls|perf_event|net_prio|hugetlb|pids|rdma|misc|dmem|io|debug';
/** `memory 5 21984 1`: controller, hierarchy, cgroups, enabled. */
const ROW = new RegExp(`^\\s{0,8}(${CONTROLLERS})[ \\t]+(\\d{1,6})[ \\t]+(\\d{1,10})[ \\t]+([01])\\s*$`);
const GATE = new RegExp(`^\\s{0,8}(?:${CONTROLLERS})[ \\t]+\\d+[ \\t]+\\d+[ \\t]+[01]\\s*$|nr_descendants`, 'm');

/** How many cgroups each controller holds, the dead but not yet freed among them. */
export const cgroups: Probe = {
  id: 'cgroups',
  title: '/proc/cgroups, cgroup.stat of the root',
  asks: () => [
    { kind: 'read', path: '/proc/cgroups', what: 'control groups', optional: true },
    {
      kind: 'read',
      path: '/sys/fs/cgroup/cgroup.stat',
      optional: true,
      or: { kind: 'read', path: '/sys/fs/cgroup/unified/cgroup.stat' },
    },
    { kind: 'read', path: '/sys/fs/cgroup/cgroup.max.descendants', optional: true },
  ],
  recognises: (doc) => {
    if (doc.origin.kind === 'read')
      return /^\/proc\/cgroups$|\/cgroup\.(?:stat|max\.descendants)$/.test(doc.origin.path);
    return doc.origin.kind !== 'statfs' && GATE.test(doc.text);
  },
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  let live: { value: number; line: number } | undefined;
  let dying: number | undefined;
  for (const line of doc.lines) {
    if (line.text.length > 400) continue;
    const row = ROW.exec(line.text);
    if (row?.[1]) {
      const hierarchy = count(row[2]);
      const cgroups = count(row[3]);
      if (hierarchy !== undefined && cgroups !== undefined && facts.length < 100)
        facts.push(found('cgroup-controller', { name: row[1], hierarchy, cgroups, enabled: row[4] === '1' }, line.n));
      continue;
    }
    const stat = /^\s{0,8}(?:\S{0,200}cgroup\.stat:)?nr_(dying_)?descendants\s+(\d{1,10})\s*$/.exec(line.text);
    if (stat?.[1]) dying ??= Number(stat[2]);
    else if (stat) live ??= { value: Number(stat[2]), line: line.n };
  }
  if (live)
    facts.push(found('cgroup-count', { live: live.value, ...(dying === undefined ? {} : { dying }) }, live.line));
  return facts;
}
