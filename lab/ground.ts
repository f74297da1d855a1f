import type { Report } from '../src/causes/report.ts';
import type { Background, Ran, RunOptions } from './process.ts';

/** How doctor ended: its report and exit status. */
export interface Told {
  report: Report;
  status: number;
  seconds: number;
}

/**
 * A machine an incident is made on: a guest, or namespaces of this kernel. Paths are the usual ones on
 * both (/var/lib/docker, /run/docker.sock), so that an incident need not know where it runs.
 */
export interface Ground {
  readonly kind: 'vm' | 'kernel';
  /** blank disks in the order the incident asked for them: block devices, or files that {@link mount} mounts */
  readonly disks: readonly string[];
  /** the images of images.ts as an archive, on the ground */
  readonly imagesTar: string;
  /** what dockerd needs here beside its storage options */
  readonly dockerdArgs: readonly string[];
  run(argv: readonly string[], options?: RunOptions): Promise<Ran>;
  /** trimmed output; throws with the program's own words unless it ended with 0 */
  must(argv: readonly string[], options?: RunOptions): Promise<string>;
  /** goes on in the background; ends with the ground */
  launch(argv: readonly string[], options?: RunOptions): Background;
  /** a small text file, its directory made if need be */
  write(path: string, text: string): Promise<void>;
  mount(disk: string, at: string, options?: string): Promise<void>;
  /** a block device of one of the disks, for what takes nothing else: btrfs device add, pvcreate */
  device(disk: string): Promise<string>;
  /** the built CLI on this ground: `ullage VERB … --json` */
  ullage(...argv: string[]): Promise<Ran>;
  /** the same, on the machine itself and as root: what changes it, and can be killed with it */
  inside(argv: readonly string[], env?: Record<string, string>): Promise<Ran>;
  /** the same in the background: goes on until the ground ends */
  beside(argv: readonly string[]): Background;
  doctor(): Promise<Told>;
  /** a shell for whoever sits at the terminal */
  shell(): Promise<void>;
  /** the last lines of the machine's console, where it has one */
  console(): string;
  close(): Promise<void>;
}
