/** How to look. */
export interface LookOptions {
  /** ms since 1970 */
  now: number;
  /** told now and then how much was looked at */
  progress?: (count: number) => void;
  /** the metadata of the thin pool that Docker's devicemapper driver uses, device or file */
  thinMetadata?: string;
  /** directories inside that are looked at by themselves (one engine's root in another's), and left out here */
  without?: ReadonlySet<string>;
  /** keeps what was counted of read-only layers for the next run; absent: everything is counted */
  memory?: Memory;
}

export interface Memory {
  directory: string;
  /** see ScanOptions; default: when st_blocks are final (settled-blocks.ts) */
  keepBefore?: (device: number) => number;
}
