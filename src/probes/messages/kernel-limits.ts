import type { Message } from '../facts/text.ts';
import { EDQUOT, ENOSPC, type MessageRule, params, SAYS_ENOSPC } from './rule.ts';

/** A kernel limit that a program words as a full disk: the object it names is the cause. */
export const LIMIT_MESSAGES: readonly MessageRule[] = [
  {
    id: 'shm-resize-failed',
    pattern: new RegExp(
      String.raw`could not (?:resize|create|open|write to|map) shared memory segment "?(\/[^"'\s]{1,200})"?(?: to (\d{1,18}) bytes)?|could not resize shared memory|(?:\/dev\/shm|shared memory).{0,160}${ENOSPC}|${ENOSPC}.{0,40}\/dev\/shm|insufficient shared memory|(?:bus error|sigbus|signal 7).{0,160}(?:shm|shared memory)|unable to (?:open|create|write to|allocate) shared memory|(?:nccl|torch|dataloader).{0,120}(?:\/dev\/shm|shared memory|shm)|creat(?:e|ing) shared memory.{0,60}${ENOSPC}|posix_fallocate.{0,60}shm|unable to write to file <\/torch_|error while creating shared memory`,
      'i',
    ),
    unless: /shmget|shmmni|shmall|mounting [\\"']{0,16}(?:\/dev\/)?shm/i,
    params: (match) => params({ segment: match[1], bytes: match[2] }),
  },
  {
    id: 'keyring-quota',
    pattern: new RegExp(
      String.raw`(?:session key(?:ring)?|keyring|add_key|keyctl|create key|(?:join|creat\w*|new) \w{0,10} ?key(?:ring)?)\b.{0,160}?${EDQUOT}|(?:could not|unable to|failed to|cannot) create session key|${EDQUOT}.{0,60}key(?:ring|s\b)`,
      'i',
    ),
    unless: /no space left.{0,40}session key/i,
  },
  {
    id: 'sysv-ipc-failed',
    pattern: new RegExp(
      String.raw`failed system call was (semget|shmget|msgget)|\b(semget|shmget|msgget)\b.{0,120}?${ENOSPC}|could not create (?:system v )?semaphores?.{0,40}${ENOSPC}|(?:semaphore|mutex|AcceptMutex|apr_proc_mutex).{0,160}${ENOSPC}|${ENOSPC}.{0,100}(?:mutex|semaphore|semget|shmget|msgget)|could not create shared memory segment.{0,60}${ENOSPC}|ORA-27\d{3}.{0,160}(?:semaphore|shared memory)`,
      'i',
    ),
    unless: /maximum number of semaphores reached|shared memory segment "\/|DSM|resize/i,
    params: (match, line) =>
      params({
        call: (
          match[1] ??
          match[2] ??
          /\b(semget|shmget|msgget)\b/i.exec(line)?.[1] ??
          (/semaphore|mutex/i.test(line) ? 'semget' : undefined)
        )?.toLowerCase(),
      }),
  },
  {
    id: 'inotify-watch-failed',
    pattern:
      /inotify_add_watch|(?:add|create|start|set up|setting|adding|install|register)\w* (?:a |an |the )?(?:new )?(?:directory |file |inotify )?watch(?:es|er|ing)?\b|\bto (?:directory |path )?watch\b|failed to watch|watch(?:ing)? (?:file|directory|path|for)\b|(?:inotify|fsnotify|watchman|chokidar|fs\.watch|nodemon|webpack|tail_fs|fs_?events)|, watch '/i,
    also: SAYS_ENOSPC,
    unless: /too many open files|EMFILE/i,
    params: watched,
  },
  {
    id: 'inotify-watch-failed',
    pattern:
      /(?:system )?limit for (?:the )?(?:number of )?(?:file )?watch(?:er|es)s? (?:was |were |has been )?reached|inotify (?:resources|watches|watch limit|limit).{0,60}(?:exhausted|reached|exceeded|depleted|running out|used up)|user limit (?:\(\d{1,9}\) )?on (?:the (?:total )?number of )?inotify watches|upper limit on inotify watches|inotify watch limit|(?:out of|no more) inotify watches|max_user_watches.{0,60}(?:too (?:low|small)|reached|exceeded|increase|raise)/i,
    params: watched,
  },
  {
    id: 'inotify-instance-failed',
    pattern:
      /(?:inotify_init1?|fsnotify|inotify|(?:fs |file(?:system)? |directory )?watch(?:er)?s?)\b.{0,200}?(?:too many open files(?! in system)|EMFILE)|too many open files.{0,80}(?:inotify|watcher|fsnotify)|user limit (?:\(\d{1,9}\) )?on (?:the (?:total )?number of )?inotify instances|max_user_instances.{0,60}(?:too (?:low|small)|reached|exceeded|increase|raise)|failed to (?:create|initialize|allocate) (?:an? )?(?:inotify|fsnotify)/i,
  },
  {
    id: 'cgroup-mkdir-failed',
    pattern:
      /mkdir ["']?\/(?:sys\/fs\/)?cgroup\/|cannot create directory ["'‘]\/(?:sys\/fs\/)?cgroup\/|(?:creat|apply|set)\w* (?:up )?(?:the )?(?:memory |container )?cgroup|failed to create (?:container for )?\[?["']?\/?kubepods|cgroup.{0,40}mkdir/i,
    also: SAYS_ENOSPC,
    unless: /inotify|watch|cpuset/i,
    params: (_, line) =>
      params({ path: /(?:mkdir|directory) ["']?(\/(?:sys\/fs\/)?cgroup\/[^\s"':]{1,600})/i.exec(line)?.[1] }),
  },
  {
    id: 'cpuset-write-failed',
    pattern:
      /cpuset\.(?:cpus|mems)|cpuset\S{0,300}\/(?:tasks|cgroup\.procs)|(?:write|writing|failed to write|join\w*|apply\w*).{0,100}cpuset/i,
    also: SAYS_ENOSPC,
    unless: /inotify|mkdir/i,
    params: (_, line) => params({ path: /(\/[^\s"':]{0,600}cpuset[^\s"':]{0,400})/.exec(line)?.[1] }),
  },
  {
    id: 'mount-enospc',
    pattern:
      /mount\(2\) system call failed|creating overlay mount|(?:bind[- ]?)?mounting ["']?[\w/]|(?:failed to|cannot|could not|unable to|error) (?:re)?(?:bind[- ])?mount\b|mount (?:callback|source|of|through)|(?:^|[\s:])mount ["']?[\w/][^\s:]{0,300}:|unable to mount source on destination|fsmount|move_mount|mount_setattr|mount namespace/i,
    also: SAYS_ENOSPC,
    unless: /tmpcopyup|inotify|watch|(?:write|open|copy_file_range|mkdir) \/.{0,600}no space|tar file|applylayer/i,
    params: (_, line) =>
      params({ path: /(?:overlay mount to|to rootfs|mounting|mount|at|on) ["']?(\/[^\s"':]{1,500})/i.exec(line)?.[1] }),
  },
  {
    id: 'mount-enospc',
    pattern:
      /too many mounts|\/proc\/sys\/fs\/mount-max is sufficient|(?:fs\.|fs\/)mount-max.{0,60}(?:reached|exceeded|exhausted|too low|hit)/i,
  },
  {
    id: 'pty-enospc',
    pattern: new RegExp(
      String.raw`(?:\/dev\/ptmx|\/dev\/pts\/ptmx|\bptmx\b|openpty|posix_openpt|forkpty|pseudo-?terminal|\bPTYs?\b|allocat\w* (?:a )?(?:pty|tty)).{0,120}?(?:${ENOSPC}|out of pty)|out of pty devices|${ENOSPC}.{0,20}ptmx`,
      'i',
    ),
  },
  {
    id: 'namespace-enospc',
    pattern: new RegExp(
      String.raw`(?:unshare|clone3?|setns)\b.{0,120}?${ENOSPC}|creating new namespace failed.{0,120}|(?:fork\/exec|exec) \S{1,300}: ${ENOSPC}|max_\*?(\w{0,10})\*?_?namespaces (?:exceeded|reached)|nesting depth or \/proc\/sys\/user|(?:create|creating|new) (?:a )?(?:new )?(user|net(?:work)?|mount|pid|ipc|uts|cgroup|time) namespaces?.{0,120}?${ENOSPC}`,
      'i',
    ),
    unless: /permission denied|operation not permitted/i,
    params: (match, line) =>
      params({
        namespace: (/CLONE_NEW(USER|NET|NS|PID|IPC|UTS|CGROUP|TIME)/i.exec(line)?.[1] ?? match[2])?.toLowerCase(),
      }),
  },
  {
    id: 'runc-child-lost',
    pattern: /(?:can't get|getting the) final child's pid from pipe/i,
  },
  {
    id: 'setxattr-enospc',
    pattern: new RegExp(
      String.raw`(?:l|f)?(?:set)?xattrs?\b.{0,300}?${ENOSPC}|setting (?:extended )?attributes?.{0,200}?${ENOSPC}`,
      'i',
    ),
  },
  {
    id: 'run-safety-buffer',
    pattern:
      /not enough space available on \/run|a safety buffer of \S{1,20} is enforced|refusing to (?:reload|reexecute|switch)/i,
  },
  {
    id: 'bpf-map-full',
    pattern:
      /the map is full|bpf.{0,200}(?:argument list too long|no space left|map (?:is )?full)|ebpf.{0,100}map.{0,60}full|unable to update element.{0,200}(?:E2BIG|argument list too long|no space)/i,
  },
  {
    id: 'huge-pages-exhausted',
    pattern:
      /no free (?:\d+ ?[kmg]i?b )?huge ?pages?|(?:not enough|insufficient|no more|out of|couldn't get|cannot (?:get|allocate|reserve|map)|could not (?:get|allocate|reserve|map)|unable to (?:get|allocate|reserve|map)|failed to (?:get|allocate|reserve|map)) (?:\S+ ){0,4}huge ?(?:tlb|pages?)|huge ?(?:tlb|tlbfs|pages?)\b.{0,120}(?:no space left|cannot allocate memory|ENOMEM|ENOSPC|not enough|insufficient|exhausted)|(?:\/dev\/hugepages|hugetlbfs|MAP_HUGETLB).{0,160}(?:no space left|cannot allocate memory|ENOMEM|ENOSPC)/i,
  },
];

function watched(_: RegExpExecArray, line: string): Message['params'] {
  return params({
    path: /(?:inotify_add_watch|watch(?:ing)?(?: file| directory| for)?|failed to add|, watch) ["']?(\/[^\s"':]{1,500})/i.exec(
      line,
    )?.[1],
  });
}
