/** A cure as data: read it, check it, price it, apply it, resume it, undo it. Sizes are bytes. */
export interface Plan {
  version: 1;
  /** short and unique; names what the plan makes on the machine: `ullage-7f3a9c` */
  id: string;
  /** ISO 8601, when the machine was looked at */
  madeAt: string;
  host: PlanHost;
  /** what it cures; null when the operator asked for the remedy by name */
  finding: { cause: string; subject: string; confidence: string } | null;
  /** id of the remedy */
  remedy: string;
  title: string;
  /** mount point, container, pool or host */
  on: string;
  /** as given with --set, and the defaults taken */
  settings: Record<string, string>;
  predicted: Predicted;
  /** what the operator must know before saying yes */
  notes: string[];
  /** mount points and devices that it changes: the journal is kept elsewhere */
  treats: string[];
  steps: Step[];
  fingerprint: Fingerprint;
}

export interface PlanHost {
  hostname: string;
  /** /etc/machine-id; a plan is applied to no other machine */
  machineId?: string;
  kernel?: string;
  /** `ssh://user@host` when it is not the machine ullage runs on */
  spec?: string;
}

export interface Predicted {
  /** consumer of the stack whose headroom is meant (a path, a container) */
  consumer?: string;
  headroomBefore?: number;
  headroomAfter?: number;
  /** bytes given back */
  freed?: number;
  /** seconds in which something does not work; 0: none */
  downtime: number;
  /** seconds the whole takes, roughly */
  seconds?: number;
  risk: Risk;
}

/** none: looks only; online: nothing stops working; downtime: a daemon or containers stop; destructive: deletes data */
export type Risk = 'none' | 'online' | 'downtime' | 'destructive';

/** A program with its arguments. No shell. */
export type Argv = string[];

export interface Step {
  id: string;
  title: string;
  why: string;
  /**
   * programs in order. `{{name}}` stands for a value that an earlier step takes. A step that is
   * not idempotent has one command and at least one `after` check.
   */
  run: Argv[];
  /** files to write whole, before `run`; what stood there is kept beside as PATH.PLAN-ID and comes back at undo */
  writes?: FileWrite[];
  /** run after `run` in every case, also when a command failed or an earlier try was killed */
  always?: Argv[];
  /** absent: cannot be undone; empty: there is nothing to undo */
  undo?: Argv[];
  /** undo runs only when all pass; absent: when the step was done or began */
  undoIf?: Check[];
  /** must hold before it is run */
  before: Check[];
  /** hold when it is done: a step cut short is recognised by these */
  after: Check[];
  /** when all pass the step is not needed and is left out */
  skipIf?: Check[];
  /** all pass while an earlier try is still at work in the kernel: resume waits */
  busy?: Check[];
  /** values for later steps, looked up after the step */
  takes?: Take[];
  /** how far it is */
  progress?: Progress;
  /** stops it safely: Ctrl-C runs these */
  cancel?: Argv[];
  risk: Risk;
  idempotent: boolean;
  /** seconds after which it is given up; default 600 */
  timeout?: number;
  /**
   * what `after` says must last until the step of this id begins: apply looks again when it goes on, and where
   * it no longer holds (the power was lost, somebody started a daemon) goes back to this step
   */
  until?: string;
  /** seconds the `after` checks may need to come true; default 5 */
  settle?: number;
  /** what the machine is like if everything stops after this step */
  ifStopped: string;
  /** apply stops before this step until the operator says --confirm; the text says what to look at first */
  confirm?: string;
  /** said beside a failure whose text matches: what it means here and what to do */
  ifFailed?: { matches: string; says: string };
}

export interface FileWrite {
  path: string;
  content: string;
  /** octal text, `0644` */
  mode: string;
  /** a setting of the kernel (sysfs): written where it stands, nothing is kept beside; `was` comes back at undo */
  inPlace?: { was?: string };
}

/** A question with the answer that is expected. All given parts must hold. */
export interface Check {
  /** `the device holds nothing` */
  says: string;
  run: Argv;
  /** exit status; default 0; -1: any */
  exit?: number;
  /** regular expression (multiline) that stdout must match */
  matches?: string;
  /** regular expression (multiline) that stdout must not match */
  lacks?: string;
  /** the first group of `pattern` in stdout as a number */
  number?: { pattern: string; atLeast?: number; atMost?: number };
}

/** A value from the machine: the first group of `pattern` in what `run` prints. */
export interface Take {
  name: string;
  run: Argv;
  pattern: string;
}

/** Asked while a step runs; the first group of `pattern` is percent done, or bytes done of `of`. */
export interface Progress {
  run: Argv;
  pattern: string;
  unit: 'percent done' | 'percent left' | 'bytes';
  of?: number;
  /** seconds between questions; default 2 */
  every?: number;
}

/** The facts a plan rests on. Apply asks again and refuses when one moved. */
export interface Fingerprint {
  /** sha256 of the facts, hex */
  digest: string;
  facts: Rest[];
}

export interface Rest {
  /** `devices of the file system` */
  says: string;
  run: Argv;
  /** first group (or the whole match) of every match, joined by newlines; absent: the whole output */
  pattern?: string;
  /** a list whose order says nothing: Docker's of images made in the same second changes by itself; `value` is sorted */
  unordered?: boolean;
  value: string;
}
