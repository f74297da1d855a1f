import type { Content } from './content.ts';
import type { Dockerd } from './dockerd.ts';
import type { Foreseen } from './foreseen.ts';
import type { Ground } from './ground.ts';
import type { GuestName } from './guest/recipe.ts';

/** What the stages of an incident work with: one host, from healthy through broken to healed. */
export interface Lab {
  readonly ground: Ground;
  /** the Docker daemon of the host, once `make` has started it */
  docker: Dockerd;
  /** the files recorded while the host was healthy */
  readonly content: Content;
  /** a line of progress for whoever watches */
  say(line: string): void;
}

/** One `ullage plan` with what the operator says to it, and its `ullage apply`. */
export interface Cure {
  remedy: string;
  on?: string;
  set?: Readonly<Record<string, string>>;
  /** only there: it writes below /etc, which is the lab's own host otherwise */
  ground?: 'vm';
}

/** Something moves between a plan and its apply, which must refuse and say what. */
export interface Drift {
  what: string;
  cure: Cure;
  /** makes the host ready for the plan */
  ready?(lab: Lab): Promise<void>;
  disturb(lab: Lab): Promise<void>;
  /** how apply must name what moved */
  says: RegExp;
}

/** How ullage cures the incident, in place of the cure by hand. */
export interface Heal {
  cures: readonly Cure[];
  /** after those: what is read out of storage that no daemon opens, and brought to one that runs */
  rescue?(lab: Lab): Promise<void>;
  /** tried on the healed host, in this order */
  drifts?: readonly Drift[];
  /** what this host's init does with a daemon that the incident ended: starts it again */
  restart?(lab: Lab): Promise<void>;
  /** what this host's init starts when its power is back; dockerd unless said */
  boot?(lab: Lab): Promise<void>;
}

/**
 * One incident, made for real. The stages run in this order on a fresh ground; each throws what was
 * not as it must be, and the runner adds doctor's part, the headroom and the recorded files.
 */
export interface Incident {
  /** what `lab run` is told: lower case and dashes */
  name: string;
  /** one line for `lab list` */
  title: string;
  /** where it can be made; the first is where it is made unless asked */
  grounds: readonly ('kernel' | 'vm')[];
  /** debian12 unless said */
  guest?: GuestName;
  /** guests that are not booted, whose images it takes files from */
  takesFrom?: readonly GuestName[];
  /** blank disks, in MiB: `lab.ground.disks` */
  disks?: readonly number[];
  /** the built command is asked in the guest too: {@link Ground.inside} */
  commandInside?: boolean;
  /** cause ids, any of which doctor may put first, confirmed, when broken */
  causes: readonly string[];
  /** doctor's exit status when broken; 2 unless said */
  status?: 1 | 2;
  /** whose headroom must have grown when healed; absent where no bytes are at stake */
  consumer?: RegExp;
  /** the path whose df line stands in the table: what the operator saw */
  df?: string;
  /** a healthy host with known content, recorded in `lab.content` */
  make(lab: Lab): Promise<void>;
  /** until the real error appears; returns its text, asserted to be the expected one */
  break(lab: Lab): Promise<string>;
  /** the decisive facts, asserted */
  state(lab: Lab): Promise<void>;
  /** throws unless what was broken works: must throw between `break` and the cure, and not after it */
  works(lab: Lab): Promise<void>;
  /** the cure by hand, as its documentation has it: rehearses `works` and shows the incident can be healed */
  cure(lab: Lab): Promise<void>;
  /** the cure by ullage: doctor, plan, apply, no hand-work */
  heal?: Heal;
  /** filled at a steady rate in place of `break`, while ullage watches */
  foresee?: Foreseen;
}
