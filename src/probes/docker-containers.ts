import { containerFromJson, printedSizes, stateOf } from './container-json.ts';
import { answeringSockets } from './docker-sockets.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Container, EngineName } from './facts/engine.ts';
import type { Ask, Probe } from './probe.ts';
import { jsonQuote, present, type Shape, shape, shapes } from './shape.ts';
import { rows } from './undress.ts';
import { enginesByLine } from './usage-rows.ts';

/** Containers looked into one by one: each costs the daemon one answer, and large hosts have thousands. */
const INSPECTED = 50;

/** Containers of docker and podman: API lists and details, `inspect`, `ps -a` as JSON or table. */
export const dockerContainers: Probe = {
  id: 'docker-containers',
  title: 'docker ps -a, docker inspect, Docker API /containers',
  asks: (known) =>
    answeringSockets(known).flatMap((socket): Ask[] => {
      const running = known.all('container', (one) => one.engine === 'docker' && one.id.length === 64);
      const ids = [
        ...new Set(running.sort((a, b) => rank(a.value) - rank(b.value)).map(({ value }) => value.id)),
      ].slice(0, INSPECTED);
      return [
        { kind: 'get', socket, path: '/containers/json?all=1', timeoutMs: 5000, what: "Docker's containers" },
        ...ids.map(
          (id): Ask => ({ kind: 'get', socket, path: `/containers/${id}/json`, timeoutMs: 5000, optional: true }),
        ),
      ];
    }),
  recognises: (doc) =>
    /"(?:Names|HostConfig)"/.test(doc.text) ||
    /CONTAINER ID|\bago\b.*\b(?:Up|Exited|Created|Dead)\b|\bUp (?:\d+|About|Less)|B \(virtual /.test(doc.text),
  scan: (doc) => [...fromJson(doc), ...fromTable(doc)],
};

/** Running ones first: they are the ones that write. */
function rank(container: Container): number {
  return container.state === 'running' ? 0 : 1;
}

function listOf(value: unknown): Shape[] {
  const whole = shape(value);
  return whole && !('Id' in whole) && Array.isArray(whole['Containers']) ? shapes(whole['Containers']) : shapes(value);
}

function fromJson(doc: Document): Found[] {
  return doc.json.flatMap(({ value, line }) =>
    listOf(value).flatMap((one) => {
      const read = containerFromJson(one);
      return read ? [found('container', read.container, line, jsonQuote(one, read.keys))] : [];
    }),
  );
}

const UNITS = '(?:second|minute|hour|day|week|month|year)s?';
const AGO = `(?:Less than a second|About an? ${UNITS}|\\d+ ${UNITS})(?: ago)?`;
const STATUS = new RegExp(
  `(?:^|\\s)(Up ${AGO}(?: \\([\\w: ]{1,20}\\))?|Exited \\(\\d{1,3}\\) ${AGO}|Restarting \\(\\d{1,3}\\) ${AGO}|Created|Dead|Removal In Progress|Initialized|exited|running|stopped)(?=\\s|$)`,
);
const AGE = new RegExp(AGO);
const START = /^[\s|>_-]{0,12}([0-9a-f]{64}|[0-9a-f]{12})[\s|]+(\S+)\s+(.*)$/;
const SIZE_AT_END = /\s(-?\d+(?:\.\d+)?\s?[kMGTP]?B(?: \(virtual [^)]{1,20}\))?)\s*$/;

/** `docker system df -v` prints the size before the age */
const SIZE_BEFORE_AGE = new RegExp(`\\s(-?\\d+(?:\\.\\d+)?\\s?[kMGTP]?B)\\s+${AGO}\\s*$`);

/** Rows of `docker ps -a [-s]`; columns may be collapsed to single blanks. */
function fromTable(doc: Document): Found[] {
  const engineAt = enginesByLine(doc);
  return [...rows(doc)].flatMap(({ n, text: line }) => {
    const container = row(line, engineAt(n)) ?? sized(line, engineAt(n));
    return container ? [found('container', container, n)] : [];
  });
}

/** A row of `ps -s` with columns of the caller's choice: what names the container, and its size. */
const OWN_COLUMNS =
  /^[\s|>]{0,12}([\w][\w.-]{0,127})[\s|]+(?:\S.{0,200}?[\s|]+)?(\d+(?:\.\d+)?\s?[kMGTP]?B \(virtual [^)]{1,20}\))[\s|]*$/;

function sized(line: string, engine: EngineName): Container | undefined {
  const match = OWN_COLUMNS.exec(line);
  const name = match?.[1];
  if (!match || name === undefined) return undefined;
  return present<Container>({ engine, id: name, ...(ID.test(name) ? {} : { name }), ...printedSizes(match[2] ?? '') });
}

const ID = /^(?:[0-9a-f]{12}|[0-9a-f]{64})$/;

function row(line: string, engine: EngineName): Container | undefined {
  const start = START.exec(line);
  if (!start) return undefined;
  let rest = start[3] ?? '';
  // the age of the container stands before its status: `3 weeks ago Exited (0) 2 days ago`
  const quoted = /^"[^"]{0,200}"\s+/.exec(rest);
  if (quoted) rest = rest.slice(quoted[0].length);
  const status = STATUS.exec(rest);
  if (!status || !AGE.test(rest.slice(0, status.index))) return undefined;
  let tail = rest.slice(status.index + status[0].length);
  const size = SIZE_AT_END.exec(tail) ?? SIZE_BEFORE_AGE.exec(rest.slice(0, status.index));
  tail = tail.replace(SIZE_AT_END, '');
  return present<Container>({
    engine,
    id: start[1] ?? '',
    name: tail.trim().split(/\s+/).at(-1) || undefined,
    image: start[2],
    state: stateOf(status[1]) ?? status[1],
    status: status[1],
    ...(size ? printedSizes(size[1] ?? '') : {}),
  });
}
