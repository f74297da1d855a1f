export interface LimitFacts {
  limit: Limit;
  'cgroup-controller': CgroupController;
  'key-user': KeyUser;
  'service-state': ServiceState;
  system: System;
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
}

/** One line of /proc/cgroups. */
export interface CgroupController {
  name: string;
  hierarchy: number;
  cgroups: number;
  enabled: boolean;
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
