import { ENOSPC, type MessageRule, params } from './rule.ts';

/** Docker's devicemapper driver and the daemon itself (moby daemon/graphdriver/devmapper, daemon/config). */
export const DOCKER_MESSAGES: readonly MessageRule[] = [
  {
    id: 'docker-thin-pool-min-free',
    pattern:
      /thin pool has (\d{1,15}) free (data|metadata) blocks,? which is less than (?:the )?minimum required (\d{1,15})/i,
    params: (match) => params({ kind: match[2]?.toLowerCase(), free: match[1], required: match[3] }),
  },
  {
    id: 'docker-dm-base-verification-failed',
    pattern: /base device uuid(?: and filesystem)? verification failed|base device filesystem verification failed/i,
  },
  {
    id: 'docker-dm-nonexisting-device',
    pattern: /non[- ]existing device ['"`]?([\w.:/-]{1,200})?/i,
    params: (match) => params({ device: match[1] }),
  },
  {
    id: 'docker-dm-pool-already-used',
    pattern: /unable to take ownership of thin[- ]pool(?: ?\(([^)\s]{1,200})\))?.{0,40}already (?:has )?used/i,
    params: (match) => params({ pool: match[1] }),
  },
  {
    id: 'docker-dm-not-thin-pool',
    pattern: /device ['"`]?([\w.:/-]{1,200})['"`]? is not a thin pool/i,
    params: (match) => params({ device: match[1] }),
  },
  {
    id: 'docker-dm-task-failed',
    pattern:
      /(?:error running ([\w ()]{1,60}?):? )?dm_task_run failed|message ioctl on \S{1,200} ?failed: operation not supported/i,
    params: (match) => params({ operation: match[1] }),
  },
  {
    id: 'docker-container-size-smaller',
    pattern:
      /container size cannot be smaller than|base device (?:size )?cannot be smaller than|requested (?:base )?(?:device )?size .{1,40} smaller than|failed to set.{0,20}basesize/i,
  },
  {
    id: 'docker-driver-unsupported',
    pattern:
      /(?:failed to getdriver graph|graphdriver plugins are only supported with experimental|driver ["']?(devicemapper|aufs|overlay|btrfs|zfs)["']? (?:is )?(?:not supported|no longer supported|failed|has been removed)|the ["']?(devicemapper|aufs|overlay)["']? storage[- ]driver (?:is|was|has been) (?:no longer|removed|deprecated)|(devicemapper|aufs|overlay) (?:storage[- ]driver|graph[- ]?driver) .{0,40}(?:was removed|has been removed|no longer supported|is not supported)|storage-driver .{0,40}(?:not supported|unknown|does not exist)|prior storage driver (\w{1,20}) (?:failed|is deprecated)|unknown storage driver|error initializing graphdriver: driver not supported|driver not supported: ["']?(devicemapper|aufs|overlay)|unsupported (?:graph|storage) ?driver:? ?["']?(\w{1,30})?)/i,
    unless:
      /failed to getdriver graph.{0,200}(?:no space|read-only|permission)|driver \S{1,20} failed to (?:remove|create|get|delete|unmount)/i,
    params: (match, line) =>
      params({
        driver:
          /driver[=: ]{1,2}["']?(devicemapper|aufs|overlay2?|btrfs|zfs|vfs)\b/i.exec(line)?.[1] ??
          match.slice(1).find(Boolean),
      }),
  },
  {
    id: 'pivot-root-enospc',
    pattern: new RegExp(
      String.raw`(?:can't|cannot|could not|failed to|error) (?:create|creating|mkdir) (?:a )?pivot[_ ]root(?: dir(?:ectory)?)?|\.pivot_root\d*["']?:? ${ENOSPC}`,
      'i',
    ),
    params: (_, line) =>
      params({
        path: /(\/[^\s"']{1,500}\.pivot_root\d*)/.exec(line)?.[1],
        hash: /\/mnt\/([0-9a-f]{12,64})\b/.exec(line)?.[1],
      }),
  },
];
