import { DOCKER_SIZE } from './docker-size.ts';
import { answeringSockets } from './docker-sockets.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { Volume } from './facts/engine.ts';
import type { Probe } from './probe.ts';
import { amount, jsonQuote, present, type Shape, shape, shapes, text } from './shape.ts';
import { count } from './size.ts';
import { rows, typed } from './undress.ts';
import { enginesByLine, sizeOf } from './usage-rows.ts';

/** Names that docker and podman make up for `VOLUME` in an image: 64 hexadecimal digits. */
const MADE_UP = /^[0-9a-f]{64}$/;

/** Volumes of docker and podman: API list, `volume ls` as JSON or table, the list in `system df -v`. */
export const dockerVolumes: Probe = {
  id: 'docker-volumes',
  title: 'docker volume ls, Docker API /volumes',
  asks: (known) =>
    answeringSockets(known).map((socket) => ({
      kind: 'get',
      socket,
      path: '/volumes',
      timeoutMs: 5000,
      what: "Docker's volumes",
    })),
  recognises: (doc) => doc.text.includes('"Mountpoint"') || /VOLUME NAME/.test(doc.text),
  scan: (doc) => [...fromJson(doc), ...fromTables(doc)],
};

function listOf(value: unknown): Shape[] {
  const whole = shape(value);
  return whole && Array.isArray(whole['Volumes']) ? shapes(whole['Volumes']) : shapes(value);
}

function fromJson(doc: Document): Found[] {
  return doc.json.flatMap(({ value, line }) =>
    listOf(value).flatMap((one) => {
      const volume = fromShape(one);
      return volume
        ? [
            found(
              'volume',
              volume,
              line,
              jsonQuote(one, ['Name', 'Driver', 'Mountpoint', 'Size', 'Links', 'UsageData']),
            ),
          ]
        : [];
    }),
  );
}

function fromShape(value: Shape): Volume | undefined {
  const name = text(value['Name']);
  const mountpoint = text(value['Mountpoint']);
  if (!name || mountpoint === undefined || !('Driver' in value)) return undefined;
  const usage = shape(value['UsageData']);
  const labels = shape(value['Labels']);
  return present<Volume>({
    engine: 'MountCount' in value || 'NeedsCopyUp' in value || 'Anonymous' in value ? 'podman' : 'docker',
    name,
    driver: text(value['Driver']),
    mountpoint,
    size: amount(usage?.['Size']) ?? sizeOf(value['Size'])?.bytes,
    references: amount(usage?.['RefCount']) ?? amount(value['Links']),
    anonymous:
      value['Anonymous'] === true ||
      MADE_UP.test(name) ||
      (labels !== undefined && 'com.docker.volume.anonymous' in labels),
  });
}

const USED_ROW = new RegExp(`^[\\s|>_-]{0,12}([\\w][\\w.-]*)[\\s|]+(\\d{1,6})[\\s|]+(${DOCKER_SIZE}|N/A)[\\s|]*$`);
/** Drivers are `local` or plugins (`vieux/sshfs:latest`). */
const LISTED_ROW = /^[\s|>_-]{0,12}(local|[a-z][\w.-]*[/:][\w./:-]*)[\s|]+([\w][\w.-]*)[\s|]*$/;

/** Rows below `VOLUME NAME LINKS SIZE` (system df -v) or `DRIVER VOLUME NAME` (volume ls), until a line is none. */
function fromTables(doc: Document): Found[] {
  const engineAt = enginesByLine(doc);
  const results: Found[] = [];
  let below: 'used' | 'listed' | undefined;
  for (const { n, text: line } of rows(doc)) {
    if (/VOLUME NAME\s+LINKS\s+SIZE/.test(line)) below = 'used';
    else if (/DRIVER\s+VOLUME NAME/.test(line)) below = 'listed';
    else if (below === undefined || typed(line)) below = undefined;
    else {
      const row = (below === 'used' ? USED_ROW : LISTED_ROW).exec(line);
      if (!row) below = undefined;
      else if (below === 'used')
        results.push(
          found(
            'volume',
            present<Volume>({
              engine: engineAt(n),
              name: row[1] ?? '',
              size: sizeOf(row[3])?.bytes,
              references: count(row[2]),
              anonymous: MADE_UP.test(row[1] ?? ''),
            }),
            n,
          ),
        );
      else
        results.push(
          found(
            'volume',
            { engine: engineAt(n), name: row[2] ?? '', driver: row[1] ?? '', anonymous: MADE_UP.test(row[2] ?? '') },
            n,
          ),
        );
    }
  }
  return results;
}
