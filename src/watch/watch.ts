import type { Host } from '../host/host.ts';
import { UllageError } from '../host/host.ts';
import { advance, type Incident, type Message } from './alerts/incident.ts';
import { conditionsOf, type RuleSettings } from './alerts/rules.ts';
import type { Sender } from './alerts/senders.ts';
import type { CareRun } from './care/ledger.ts';
import type { History } from './history/history.ts';
import { figuresOf, type Look, lookOnce } from './look.ts';
import { type Memory, memoryOver, outlooksOf } from './outlook.ts';
import { NO_PULSE, type Pulse, pulseOf } from './pulse.ts';
import { refreshed } from './refreshed.ts';
import type { State } from './state.ts';
import { unmoved, wholeEvery } from './unmoved.ts';

export interface WatchOptions {
  host: Host;
  /** argv that prints the doctor's report as JSON */
  doctor: readonly string[];
  /** the host is this machine: its file systems can be asked without starting a program */
  local: boolean;
  /** seconds between looks */
  interval: number;
  history: History | undefined;
  /** why there is no history */
  historyProblem?: string;
  rules: RuleSettings;
  senders: readonly Sender[];
  /** the last runs of care, where it is on */
  care?(): readonly CareRun[];
  /** a line for the log */
  say(line: string): void;
  /** after each look */
  changed(state: State, memory: Memory): void;
}

/** Messages that wait for a sender that does not answer; older ones are lost, and that is said. */
const MOST_WAITING = 100;

/** Looks, remembers, foresees, tells. One `round` is one look. */
export class Watch {
  readonly memory: Memory;
  state: State;
  private failed = 0;
  private running: Promise<void> | undefined;
  private again = false;
  private urgent = false;
  private wholeAt = 0;
  private pulse: Pulse = NO_PULSE;
  private readonly waiting = new Map<Sender, Message[]>();
  /** senders at work; one that hangs keeps no look waiting, nor another sender */
  private readonly sending = new Map<Sender, Promise<void>>();
  /** why the last time failed: it is said once, not each look */
  private readonly refused = new Map<Sender, string>();

  constructor(private readonly options: WatchOptions) {
    const { interval, historyProblem, history } = options;
    this.memory = memoryOver(history);
    this.state = { outlooks: [], incidents: [], interval, ...(historyProblem === undefined ? {} : { historyProblem }) };
  }

  /**
   * A look now; `urgent`: a whole one. While one is under way, one more follows it, never two at a time.
   */
  round(urgent = false): Promise<void> {
    this.urgent ||= urgent;
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.once().finally(() => {
      this.running = undefined;
      if (!this.again) return;
      this.again = false;
      void this.round();
    });
    return this.running;
  }

  private async once(): Promise<void> {
    const { host, doctor, interval, rules, changed } = this.options;
    const now = Date.now();
    try {
      const look = await this.lookOrRepeat(host, doctor, interval, now);
      const historyProblem = this.remember(look);
      const { problem: _, historyProblem: __, ...kept } = this.state;
      this.failed = 0;
      this.state = {
        ...kept,
        look,
        outlooks: outlooksOf(look, this.memory),
        ...(historyProblem === undefined ? {} : { historyProblem }),
      };
    } catch (error) {
      if (!(error instanceof UllageError)) throw error;
      this.failed++;
      this.state = { ...this.state, problem: error.message };
      this.options.say(error.message);
    }
    const care = this.options.care?.();
    if (care) this.state = { ...this.state, care };
    const seconds = Math.floor(now / 1000);
    const conditions = conditionsOf(this.state, rules, this.failed);
    const { incidents, messages } = advance(this.state.incidents, conditions, seconds);
    this.state = { ...this.state, incidents };
    changed(this.state, this.memory);
    this.tell(messages, seconds);
  }

  /** What was to be told is told, or could not be. */
  async told(): Promise<void> {
    await Promise.all(this.sending.values());
  }

  /** A whole look, or the last one with what statfs says now: a look costs a hundred programs, this three at most. */
  private async lookOrRepeat(host: Host, doctor: readonly string[], interval: number, now: number): Promise<Look> {
    const last = this.state.look;
    const at = Math.floor(now / 1000);
    const { local } = this.options;
    // before the look: what moves while it is under way is not in its figures for sure
    const pulse = last && local ? await pulseOf(host, last) : NO_PULSE;
    const age = at - this.wholeAt;
    // negative: the clock was set back
    const due = this.urgent || age < 0 || age >= wholeEvery(last ?? { findings: [] }) * interval - 1;
    if (last && !due && unmoved(last, this.pulse, pulse))
      return { ...refreshed(last, pulse), at, wholeAt: last.wholeAt ?? last.at };
    this.urgent = false;
    const look = await lookOnce(host, doctor, Math.max(60_000, interval * 1000), now);
    this.wholeAt = at;
    this.pulse = last || !local ? pulse : await pulseOf(host, look);
    return look;
  }

  private remember(look: Look): string | undefined {
    const { history, say } = this.options;
    const before = this.state.historyProblem;
    const why = history ? history.write(look.at, figuresOf(look)) : before;
    this.memory.add(look, !history || why !== undefined);
    if (history && why !== before)
      say(
        why === undefined ? 'the history is written again' : `the history is not written: ${why}; going on without it`,
      );
    return why;
  }

  private tell(messages: readonly Message[], now: number): void {
    for (const { kind, incident } of messages) {
      const { severity, subject, summary, remedy, cause } = incident.condition;
      const cure = kind === 'firing' && remedy ? ` Cure: ${remedy}` : '';
      this.options.say(
        `${kind === 'firing' ? severity.toUpperCase() : 'OVER'} ${subject}: ${cause ? `${cause}: ` : ''}${summary}${cure}`,
      );
    }
    const standing = this.state.incidents.filter((one) => one.toldAt !== undefined);
    for (const sender of this.options.senders) {
      const due = [...(this.waiting.get(sender) ?? []), ...messages].slice(-MOST_WAITING);
      this.waiting.set(sender, due);
      if (this.sending.has(sender)) continue;
      const sent = this.send(sender, due, standing, now).finally(() => this.sending.delete(sender));
      this.sending.set(sender, sent);
    }
  }

  private async send(sender: Sender, due: readonly Message[], standing: readonly Incident[], now: number) {
    const why = await sender.send(due, standing, now);
    if (why !== undefined) {
      if (this.refused.get(sender) !== why) this.options.say(`${sender.name}: ${why}`);
      this.refused.set(sender, why);
      return;
    }
    this.refused.delete(sender);
    // what came meanwhile waits for the next look
    this.waiting.set(
      sender,
      (this.waiting.get(sender) ?? []).filter((one) => !due.includes(one)),
    );
  }
}
