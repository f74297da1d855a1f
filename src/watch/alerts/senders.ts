import type { Host } from '../../host/host.ts';
import { postJson } from '../../host/post-json.ts';
import type { Incident, Message } from './incident.ts';

/** Tells somebody. @returns undefined, or why it did not arrive: then it is tried again at the next look */
export interface Sender {
  name: string;
  /**
   * `messages` are what is new; `standing` all that is told and not over (Alertmanager wants them again
   * and again, else it takes them for over)
   */
  send(messages: readonly Message[], standing: readonly Incident[], now: number): Promise<string | undefined>;
}

/** One message as webhooks and commands get it. Sizes are bytes, times seconds. */
export interface AlertDocument {
  version: 1;
  status: 'firing' | 'resolved';
  host: string;
  rule: string;
  severity: 'critical' | 'warning';
  subject: string;
  cause?: string;
  summary: string;
  headroom?: number;
  /** until nothing is left */
  secondsLeft?: number;
  soonest?: number;
  latest?: number;
  /** the command that shows the cure */
  remedy?: string;
  /** ISO 8601 */
  since: string;
}

export function alertDocument({ kind, incident }: Message, host: string): AlertDocument {
  const { condition, since } = incident;
  const { seconds, key: _, for: __, ...rest } = condition;
  return {
    version: 1,
    status: kind,
    host,
    ...rest,
    ...(seconds === undefined ? {} : { secondsLeft: Math.round(seconds) }),
    since: new Date(since * 1000).toISOString(),
  };
}

/** After so long, ms, without having taken all of them a receiver is left alone until the next look. */
const PATIENCE = 5000;

/**
 * Each message for itself, and none twice: what one receiver refuses does not keep the others from it. What it took is not
 * sent again with what it did not take. @returns the first reason
 */
function oneByOne(give: (message: Message) => Promise<string | undefined>): Sender['send'] {
  const taken = new WeakSet<Message>();
  return async (messages) => {
    const started = performance.now();
    let first: string | undefined;
    for (const message of messages) {
      if (taken.has(message)) continue;
      const why = await give(message);
      if (why === undefined) taken.add(message);
      else first ??= why;
      if (first !== undefined && performance.now() - started > PATIENCE) break;
    }
    return first;
  };
}

/** One POST a message. */
export function webhook(url: string, host: string): Sender {
  return {
    name: `webhook ${new URL(url).host}`,
    send: oneByOne((message) => postJson(url, alertDocument(message, host))),
  };
}

/** A program of the operator's, by argv; the message is on its stdin as JSON. */
export function command(machine: Host, argv: readonly string[], host: string): Sender {
  return {
    name: `command ${argv[0] ?? ''}`,
    send: oneByOne(async (message) => {
      const input = `${JSON.stringify(alertDocument(message, host))}\n`;
      const ran = await machine.run(argv, { input, timeoutMs: 30_000 });
      if (ran.exitCode === 0) return undefined;
      if (ran.timedOut) return 'did not end within 30 s';
      return (
        ran.stderr.trim().slice(0, 200) || (ran.exitCode === undefined ? 'ended by a signal' : `exit ${ran.exitCode}`)
      );
    }),
  };
}

/** Alertmanager's API v2: POST /api/v2/alerts (alertmanager api/v2/openapi.yaml). */
export function alertmanager(url: string, host: string, interval: number): Sender {
  const alert = (incident: Incident, endsAt: number) => {
    const { condition, since } = incident;
    const { remedy, headroom, seconds } = condition;
    return {
      labels: {
        alertname: condition.rule,
        instance: host,
        severity: condition.severity,
        subject: condition.subject,
        ...(condition.cause ? { cause: condition.cause } : {}),
      },
      annotations: {
        summary: condition.summary,
        ...(remedy ? { remedy } : {}),
        ...(headroom === undefined ? {} : { headroom: String(headroom) }),
        ...(seconds === undefined ? {} : { seconds_left: String(Math.round(seconds)) }),
      },
      // one that ends before it starts is refused: the clock was set back
      startsAt: new Date(Math.min(since, endsAt) * 1000).toISOString(),
      endsAt: new Date(endsAt * 1000).toISOString(),
    };
  };
  return {
    name: `Alertmanager ${new URL(url).host}`,
    async send(messages, standing, now) {
      const alerts = [
        // should the watch die, they end by themselves
        ...standing.map((incident) => alert(incident, now + 4 * interval + 60)),
        ...messages.filter((one) => one.kind === 'resolved').map((one) => alert(one.incident, now)),
      ];
      return alerts.length === 0 ? undefined : postJson(new URL('/api/v2/alerts', url).href, alerts);
    },
  };
}
