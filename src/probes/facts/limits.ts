export interface LimitFacts {
  limit: Limit;
  'ipc-used': IpcUsed;
  'cgroup-controller': CgroupController;
  'cgroup-count': CgroupCount;
  'key-user': KeyUser;
  'service-state': ServiceState;
  system: System;
  'inotify-instance': InotifyInstance;
  'process-namespace': ProcessNamespace;
  'process-owner': ProcessOwner;
}

/**
 * A kernel limit and, where it is countable, what is used of it. `name` is the sysctl name
 * (`fs.inotify.max_user_watches`, `kernel.sem.semmni`, `fs.mount-max`, `user.max_user_namespaces`).
 */
export interface Limit {
  name: string;
  value: number;
  used?: number;
  /** whose: `uid 1000`, `mount namespace of pid 812` */
  scope?: string;
  /** `value` was not seen: it is the kernel's default. A fact of the same name without it says more. */
  assumed?: boolean;
}

/** How much of a System V limit is used (/proc/sysvipc); `name` as in {@link Limit}. Per IPC namespace. */
export interface IpcUsed {
  name: string;
  used: number;
}

/** One line of /proc/cgroups. */
export interface CgroupController {
  name: string;
  hierarchy: number;
  cgroups: number;
  enabled: boolean;
}

/** cgroup.stat of the root of cgroup v2: cgroups that exist, and removed ones the kernel still holds. */
export interface CgroupCount {
  live: number;
  dying?: number;
}

/** One line of /proc/key-users. */
export interface KeyUser {
  uid: number;
  keys: number;
  maxKeys: number;
  bytes: number;
  maxBytes: number;
}

/** systemctl is-active and friends: dmeventd, lvm2-monitor, docker, containerd. */
export interface ServiceState {
  name: string;
  active: boolean;
  state?: string;
}

/** Who answers: hostname, kernel release, distribution, effective uid of the looker. */
export interface System {
  hostname?: string;
  kernel?: string;
  os?: string;
  uid?: number;
}

/** A file descriptor that is an inotify instance. Children that inherited it show the same one again. */
export interface InotifyInstance {
  pid: number;
  fd: number;
  /** lines `inotify wd:` of its fdinfo; absent: not counted yet */
  watches?: number;
}

/** A namespace that a process is in; of user namespaces only those below the first. */
export interface ProcessNamespace {
  pid: number;
  kind: 'mnt' | 'user';
  /** `mnt:[4026531841]` */
  id: string;
}

/** Whose a process is, from /proc/PID/status, uid_map and cgroup. */
export interface ProcessOwner {
  pid: number;
  name?: string;
  parent?: number;
  /** effective, as the first user namespace numbers users */
  uid?: number;
  /** uid_map: first id inside, first id outside, how many */
  userMap?: { inside: number; outside: number; count: number }[];
  /** full id of the container it runs in, by its control group */
  container?: string;
}
