import { type MessageRule, params } from './rule.ts';

/** kubelet, etcd, ostree, applications that keep a watermark. */
export const KUBERNETES_MESSAGES: readonly MessageRule[] = [
  {
    id: 'k8s-evicted',
    pattern: /the node (?:was|is|had) low on resource:? ?\[?["']?([\w.-]{1,60})/i,
    params: (match, line) =>
      params({
        resource: match[1]?.replace(/[.,]+$/, ''),
        threshold: /threshold quantity: ?([\w.%]{1,30})/i.exec(line)?.[1]?.replace(/\.$/, ''),
        available: /available: ?(\w{1,30})/i.exec(line)?.[1],
        container: /container ([\w.-]{1,80}) was using/i.exec(line)?.[1],
      }),
  },
  {
    id: 'k8s-disk-pressure',
    pattern:
      /node\.kubernetes\.io\/disk-pressure|NodeHasDiskPressure|KubeletHasDiskPressure|kubelet has disk pressure|had (?:taints?|condition).{0,60}disk-?pressure|conditions?: ?\[[^\]]{0,60}DiskPressure|^\s*DiskPressure\s+True/i,
    unless: /DiskPressure\s+False|HasNoDiskPressure|has no disk pressure/i,
  },
  {
    id: 'k8s-image-gc-failed',
    pattern:
      /failed to garbage collect required amount of images|image garbage collection failed|attempted to free \d+ bytes,? but only found|wanted to free \d+ bytes,? but freed|ImageGCFailed|FreeDiskSpaceFailed/i,
    params: (_, line) =>
      params({
        wanted: /(?:attempted|wanted) to free (\d{1,18}) bytes/i.exec(line)?.[1],
        freed: /(?:freed|only found) (\d{1,18}) bytes/i.exec(line)?.[1],
      }),
  },
  {
    id: 'k8s-ephemeral-limit',
    pattern:
      /ephemeral (?:local )?storage usage exceeds the total limit|exceeded its local ephemeral storage limit|usage of emptydir volume .{0,120}exceeds the limit|exceeds? (?:the |its )?ephemeral[- ]storage (?:limit|request)/i,
    params: (_, line) => params({ limit: /limit (?:of containers )?["']?(\d[\w.]{0,20})/i.exec(line)?.[1] }),
  },
  {
    id: 'k8s-ephemeral-not-admitted',
    pattern:
      /OutOfephemeral-storage|have enough (?:resource|capacity):? ephemeral-storage|insufficient ephemeral-storage/i,
    params: (_, line) =>
      params({
        requested: /requested: ?(\d{1,18})/i.exec(line)?.[1],
        capacity: /capacity: ?(\d{1,18})/i.exec(line)?.[1],
      }),
  },
  {
    id: 'etcd-nospace',
    pattern: /mvcc: database space exceeded|etcdserver: no space|alarm:? ?NOSPACE|etcd.{0,80}database space exceeded/i,
  },
  {
    id: 'application-watermark',
    pattern:
      /flood[- ]?stage.{0,60}watermark|disk watermark.{0,60}exceeded|read[_-]only[_-]allow[_-]delete|disk_free_limit|free disk space (?:is |alarm|insufficient)|disk resource (?:limit )?alarm set|drive path full|minimum free (?:drive|disk) threshold|storage backend has reached its minimum free/i,
  },
  {
    id: 'ostree-min-free',
    pattern: /min-free-space-(?:percent|size).{0,60}(?:would be )?exceeded|min-free-space-\w+/i,
  },
];
