import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { PodEvent } from './facts/engine.ts';
import { wholeMessage } from './paste/broken-lines.ts';
import type { Probe } from './probe.ts';

/** A word of every event below: lines without any of them cost one test. */
const WORDS =
  /evict|disk-?\s?pressure|low on resource|ImageGC|ContainerGC|garbage collect|FreeDiskSpace|InvalidDiskCapacity|ephemeral[- ](?:local )?storage|EmptyDir volume|^[ \t]{0,12}(?:Warning|Normal)[ \t]{1,12}[A-Z]|FailedCreatePod|FailedMount|FailedScheduling|imagefs|nodefs|must reclaim|reclaim (?:ephemeral|nodefs|imagefs|inodes)/im;

/** `Warning  Evicted  18m (x2 over 20m)  kubelet, node1  message`; columns may have lost their width. */
const EVENT =
  /^\s{0,12}(?:\S{1,12}\s+(?:\(x\d+ over \S+\)\s+)?)?(Warning|Normal)\s+([A-Z][A-Za-z]{3,50})\s+(?:((?:\d{1,5}[smhdy]|<unknown>|<invalid>)\S{0,8}(?:\s\(x\d{1,9} over [^)]{1,20}\))?)\s+)?(?:((?:kubelet|default-scheduler|node-controller|taint-eviction-controller|kube-controller-manager|[a-z][\w.-]{1,40}-controller)(?:,\s?[\w.:-]{1,120})?)\s+)?((?!-)\S.{0,3000})$/;
/** Events that speak of storage or of starting a pod; others are left out. */
const REASONS =
  /^(?:Evicted|EvictionThresholdMet|ExceededGracePeriod|FreeDiskSpaceFailed|ImageGCFailed|ContainerGCFailed|InvalidDiskCapacity|NodeHas(?:No)?DiskPressure|FailedCreatePod\w*|FailedMount|FailedScheduling|FailedPreStopHook|FailedKillPod|Failed|BackOff|ErrImagePull|FailedSync|NodeNotReady|Preempting|Killing|FailedAttachVolume|TaintManagerEviction|SystemOOM)$/;
/** `DiskPressure  True  … KubeletHasDiskPressure  kubelet has disk pressure`: kubectl describe node. */
const CONDITION = /^\s{0,12}(?:Out of ?Disk|OutOfDisk|DiskPressure)\s+(True|False|Unknown)\b(.{0,400})$/i;
/** kubectl get pods. */
const POD_ROW =
  /^\s{0,12}(?:[\w-]{1,63}\s+)?([a-z0-9][\w.-]{1,250})\s+\d+\/\d+\s+(Evicted|ContainerStatusUnknown)\s+\d/;
const LOW = /the node (?:was|is|had) low on resource:? ?\[?["']?([\w.-]{1,60})/i;
/** Different events kept of one text. */
const MOST = 200;

/** Kubernetes: evictions, disk pressure, image garbage collection, pods that could not be made. */
export const podEvents: Probe = {
  id: 'pod-events',
  readsTalk: true,
  title: 'kubectl describe events, kubelet log, evicted pods, taints',
  recognises: (doc) => doc.origin.kind !== 'statfs' && WORDS.test(doc.text),
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const seen = new Set<string>();
  for (let i = 0; i < doc.lines.length && facts.length < MOST; i++) {
    const line = doc.lines[i];
    if (!line || line.text.length > 20_000 || !WORDS.test(line.text)) continue;
    const whole = wholeMessage(doc, i);
    const event = eventOf(whole.text.slice(0, 8000));
    if (!event) continue;
    const key = `${event.reason} ${event.message}`;
    if (seen.has(key)) continue;
    seen.add(key);
    facts.push(found('pod-event', event, whole.n, whole.text.trim().slice(0, 2000)));
  }
  return facts;
}

function eventOf(text: string): PodEvent | undefined {
  const low = LOW.exec(text);
  const row = EVENT.exec(text);
  if (row?.[2] && row[5] && (REASONS.test(row[2]) || low))
    return { reason: row[2], message: row[5].trim(), ...amounts(text, low?.[1]) };
  if (low) return { reason: 'Evicted', message: text.trim().slice(0, 2000), ...amounts(text, low[1]) };
  const condition = CONDITION.exec(text);
  if (condition)
    return {
      reason: /true/i.test(condition[1] ?? '') ? 'KubeletHasDiskPressure' : 'KubeletHasNoDiskPressure',
      message: text.trim(),
    };
  const pod = POD_ROW.exec(text);
  if (pod) return { reason: pod[2] ?? 'Evicted', message: text.trim() };
  for (const [reason, pattern] of SENTENCES)
    if (pattern.test(text)) return { reason, message: text.trim().slice(0, 2000), ...amounts(text, resourceOf(text)) };
  return undefined;
}

/** kubelet's log, pod status and taints, from the plainest to the vaguest. */
const SENTENCES: readonly [string, RegExp][] = [
  [
    'EphemeralLimitExceeded',
    /ephemeral (?:local )?storage usage exceeds the total limit|exceeded its local ephemeral storage limit|usage of emptydir volume .{1,120}exceeds the limit/i,
  ],
  [
    'ImageGCFailed',
    /failed to garbage collect required amount of images|image garbage collection failed|\bImageGCFailed\b|wanted to free \d+ bytes,? but freed|attempted to free \d+ bytes,? but only found/i,
  ],
  ['FreeDiskSpaceFailed', /\bFreeDiskSpaceFailed\b/],
  ['InvalidDiskCapacity', /invalid capacity 0 on image filesystem/i],
  [
    'EvictionThresholdMet',
    /eviction[_ ]manager.{0,120}(?:must evict|attempting to reclaim|thresholds? (?:have been )?(?:met|exceeded))|attempting to reclaim (?:ephemeral-storage|nodefs|imagefs|inodes)|must evict pod\(?s\)? to reclaim/i,
  ],
  [
    'DiskPressureTaint',
    /node\.kubernetes\.io\/disk-pressure|(?:taint|untolerated)\w*.{0,60}disk-?pressure|had (?:the )?condition:? ?\[?DiskPressure|node has conditions?:? ?\[?.{0,40}DiskPressure/i,
  ],
  ['NodeHasDiskPressure', /\bNodeHasDiskPressure\b|kubelet has disk pressure/i],
  ['Evicted', /^\s{0,12}"?reason"?\s{0,4}:\s{0,4}"?Evicted\b|"reason":\s?"Evicted"/i],
];

function resourceOf(text: string): string | undefined {
  return /\b(ephemeral-storage|nodefs\.inodesFree|imagefs\.inodesFree|nodefs(?:\.available)?|imagefs(?:\.available)?|containerfs(?:\.available)?|inodes)\b/i.exec(
    text,
  )?.[1];
}

function amounts(text: string, resource: string | undefined): Pick<PodEvent, 'resource' | 'threshold' | 'available'> {
  const threshold = quantity(/threshold quantity: ?([\d.]{1,20}\w{0,2})/i.exec(text)?.[1]);
  const available = quantity(/available: ?([\d.]{1,20}\w{0,2})/i.exec(text)?.[1]);
  return {
    ...(resource ? { resource: resource.replace(/[.,]+$/, '') } : {}),
    ...(threshold === undefined ? {} : { threshold }),
    ...(available === undefined ? {} : { available }),
  };
}

const POWER = new Map(
  Object.entries({
    Ki: 1024,
    Mi: 1024 ** 2,
    Gi: 1024 ** 3,
    Ti: 1024 ** 4,
    Pi: 1024 ** 5,
    k: 1e3,
    M: 1e6,
    G: 1e9,
    T: 1e12,
    P: 1e15,
    m: 1e-3,
  }),
);

/** A Kubernetes quantity (`1883424Ki`, `2146223340`, `10G`) in bytes. */
function quantity(text: string | undefined): number | undefined {
  const match = /^(\d{1,18}(?:\.\d{1,6})?)(Ki|Mi|Gi|Ti|Pi|k|M|G|T|P|m)?/.exec(text ?? '');
  if (!match) return undefined;
  const bytes = Math.round(Number(match[1]) * (POWER.get(match[2] ?? '') ?? 1));
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
