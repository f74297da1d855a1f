/** What `ullage usage --json` prints. Sizes are bytes. */
export interface UsageDocument {
  version: 1;
  /** ISO 8601 */
  lookedAt: string;
  sources: UsageSource[];
  items: UsageItem[];
  /** what no engine's records name; deleting it is for people to decide */
  orphans: Orphan[];
  /** where orphans could not be told from what has an owner */
  notJudged: NotJudged[];
  /** nearly empty chunks of a btrfs and who holds what is left in them */
  pinnedChunks?: PinnedChunk[];
  /** with --delete */
  deletion?: Deletion;
  totals: UsageTotals;
  /** why a figure may be too small or of an older state */
  warnings: string[];
}

export type UsageKind =
  | 'image'
  | 'layer'
  | 'container'
  | 'volume'
  | 'log'
  | 'cache'
  | 'subvolume'
  | 'thin-device'
  | 'directory'
  | 'other';

export interface UsageSource {
  /** the path that was looked at: an engine's root, a directory, a device or an image of one */
  path: string;
  what: 'docker' | 'containerd' | 'podman' | 'staging' | 'directory' | 'btrfs' | 'dm-thin';
  /** `overlay2`, `btrfs`, `overlayfs` … */
  driver?: string;
  /** transaction whose state this is (btrfs generation, thin pool's transaction id) */
  transaction?: number;
  /** read-only layers that are as they were when an earlier run counted them, and were not counted anew */
  reused?: Reused;
}

export interface Reused {
  layers: number;
  files: number;
  /** ISO 8601: when the first of them was counted */
  since: string;
}

export interface UsageItem {
  kind: UsageKind;
  id: string;
  /** for people; '' where it has none */
  name: string;
  /** '' where it lies at no one place (an image) */
  path: string;
  /** sum of the sizes of files */
  apparent: number;
  /** everything it refers to, alone or with others */
  onDisk: number;
  /** what deleting it alone gives back */
  exclusive: number;
  /** onDisk less exclusive */
  shared: number;
  /** engine root that it belongs to, where more than one was looked at */
  source?: string;
  files?: number;
  /** ISO 8601: last start of a container, last change of a directory or subvolume, as far as records tell */
  lastUsed?: string;
  created?: string;
  /** ids of what it consists of: an image's layers, a container's writable layer, init layer, log */
  parts?: string[];
  /** `running`, `exited`, `being deleted` … */
  state?: string;
}

export interface Orphan {
  kind: UsageKind;
  path: string;
  apparent: number;
  onDisk: number;
  /** what removing it gives back */
  exclusive: number;
  /** ISO 8601, last change */
  changed: string;
  /** which records were read and do not name it */
  proof: string;
}

export interface NotJudged {
  what: string;
  why: string;
}

export interface PinnedChunk {
  /** logical address: `btrfs balance start -dvrange=ADDRESS..ADDRESS+1` takes just this one */
  address: number;
  length: number;
  used: number;
  /** what no subvolume refers to */
  others: number;
  /** largest first; `alone` is held by nobody else */
  by: { id: string; name: string; bytes: number; alone: number }[];
}

export interface Deletion {
  /** ids of the items */
  items: string[];
  /** what deleting all of them gives back: the union, not the sum */
  givesBack: number;
}

export interface UsageTotals {
  apparent: number;
  /** every byte once, orphans among them */
  onDisk: number;
  /** held by just one item of those that are deleted as a whole */
  exclusive: number;
  /** held by several */
  shared: number;
  orphaned: number;
  files: number;
}
