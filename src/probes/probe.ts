import type { Document } from './document.ts';
import type { Facts, Found } from './fact.ts';

/** One question to a machine. `or` is asked when the first way is missing or fails. */
export type Ask = (
  | { kind: 'run'; argv: readonly string[] }
  | { kind: 'read'; path: string }
  | { kind: 'statfs'; path: string }
  | { kind: 'get'; socket: string; path: string }
) & {
  timeoutMs?: number;
  or?: Ask;
  /** for people: what stays unknown when this cannot be answered, e.g. `thin pools` */
  what?: string;
  /** only asked with `--deep`: expensive on the host (walks layers, wakes sleeping disks) */
  deep?: boolean;
  /** silently ignored when it fails: the host simply has no such thing (no lvm, no podman …) */
  optional?: boolean;
};

/**
 * One source: what to ask a machine for it, how to recognise its output wherever it stands
 * (in a capture by another hand, in a pasted text), and its text as typed facts.
 * A probe decides nothing.
 */
export interface Probe {
  id: string;
  /** what it reads, for people and ARCHITECTURE: `btrfs filesystem show` */
  title: string;
  /** questions for a live machine; called again as facts arrive, so it may ask about what others found */
  asks?(known: Facts): Ask[];
  /**
   * It reads what programs and people say in words (logs, errors, prose). Tables that a machine
   * printed when asked hold none of that and are spared it.
   */
  readsTalk?: true;
  /**
   * The gate. For a run or a file: is this document mine (by program or path)? Unsure
   * (`sh -c …`) and pastes: does the text hold anything of mine? Must be cheap.
   */
  recognises(doc: Document): boolean;
  /**
   * Reads every record it understands out of the document, wherever it stands, and ignores
   * the rest. Never throws, never returns NaN, infinite or negative sizes.
   */
  scan(doc: Document): Found[];
}
