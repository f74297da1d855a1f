import { DOCKER_SIZE } from './docker-size.ts';
import { answeringSockets } from './docker-sockets.ts';
import type { Document } from './document.ts';
import { type Found, found } from './fact.ts';
import type { EngineName, Image } from './facts/engine.ts';
import type { Probe } from './probe.ts';
import { amount, jsonQuote, present, type Shape, shape, shapes, text, texts } from './shape.ts';
import { count } from './size.ts';
import { rows } from './undress.ts';
import { enginesByLine, sizeOf } from './usage-rows.ts';

const NONE = '<none>';

/** Images of docker and podman: API list, `inspect`, `images` as JSON or table, the list in `system df -v`. */
export const dockerImages: Probe = {
  id: 'docker-images',
  title: 'docker images, Docker API /images/json',
  asks: (known) =>
    answeringSockets(known).map((socket) => ({
      kind: 'get',
      socket,
      path: '/images/json',
      timeoutMs: 5000,
      what: "Docker's images",
    })),
  recognises: (doc) =>
    /"(?:RepoTags|RepoDigests|Repository)"/.test(doc.text) || /REPOSITORY|IMAGE ID|\bago\b|CONTENT SIZE/.test(doc.text),
  scan: (doc) => [...fromJson(doc), ...fromTable(doc)],
};

function listOf(value: unknown): Shape[] {
  const whole = shape(value);
  return whole && !('Id' in whole) && Array.isArray(whole['Images']) ? shapes(whole['Images']) : shapes(value);
}

function fromJson(doc: Document): Found[] {
  return doc.json.flatMap(({ value, line }) =>
    listOf(value).flatMap((one) => {
      const image = imageFromJson(one);
      return image
        ? [
            found(
              'image',
              image,
              line,
              jsonQuote(one, [
                'Id',
                'ID',
                'RepoTags',
                'Repository',
                'Tag',
                'Names',
                'Size',
                'SharedSize',
                'Containers',
              ]),
            ),
          ]
        : [];
    }),
  );
}

function imageFromJson(value: Shape): Image | undefined {
  const id = (text(value['Id']) ?? text(value['ID']))?.replace(/^sha256:/, '');
  if (!id || !/^[0-9a-f]{12,64}$/.test(id)) return undefined;
  if (text(value['Repository']) && 'Tag' in value) return fromClient(value, id);
  const size = amount(value['Size']);
  if (size === undefined || !('RepoTags' in value || 'RepoDigests' in value) || 'State' in value) return undefined;
  const podman = 'Names' in value || 'Dangling' in value || 'NamesHistory' in value;
  const tags = [...texts(value['RepoTags']), ...texts(value['Names'])].filter((tag) => !tag.includes(NONE));
  const digests = texts(value['RepoDigests']).filter((digest) => !digest.includes(NONE));
  return present<Image>({
    engine: podman ? 'podman' : 'docker',
    id,
    tags: [...new Set(tags)],
    size,
    shared: podman ? undefined : amount(value['SharedSize']),
    containers: amount(value['Containers']),
    // what `inspect` shows without a tag may be a step of another image
    dangling: tags.length > 0 ? false : 'RootFS' in value ? undefined : true,
    // podman writes a digest for what it built, too: there it says nothing
    local: podman ? undefined : digests.length === 0,
  });
}

/** `docker images --format '{{json .}}'` and the list in `docker system df -v --format '{{json .}}'`. */
function fromClient(value: Shape, id: string): Image | undefined {
  const size = sizeOf(value['VirtualSize']) ?? sizeOf(value['Size'], 3);
  if (!size) return undefined;
  const tag = `${text(value['Repository'])}:${text(value['Tag']) ?? NONE}`;
  return present<Image>({
    engine: 'docker',
    id,
    tags: tag.includes(NONE) ? [] : [tag],
    size: size.bytes,
    shared: sizeOf(value['SharedSize'])?.bytes,
    containers: amount(value['Containers']),
    dangling: tag.includes(NONE),
    local: value['Digest'] === NONE ? true : undefined,
  });
}

const AGE = '(?:Less than a second|About an? \\w{4,7}|\\d{1,4} \\w{3,8}|N/A)(?: ago)?';
const ROW = new RegExp(
  `^[\\s|>_-]{0,12}(\\S+)[\\s|]+(\\S+)[\\s|]+(?:sha256:[0-9a-f]{64}\\s+(?=sha256|[0-9a-f]{12})|<none>\\s+)?(?:sha256:)?([0-9a-f]{64}|[0-9a-f]{12})[\\s|]+${AGE}[\\s|]+(${DOCKER_SIZE})(?:\\s+(${DOCKER_SIZE}|N/A)\\s+(?:${DOCKER_SIZE}|N/A)\\s+(\\d+|N/A))?[\\s|]*$`,
);
/** Docker 29: IMAGE, ID, DISK USAGE, CONTENT SIZE, EXTRA */
const NEW_ROW = new RegExp(
  `^\\s{0,8}(\\S+:\\S+|${NONE})\\s+([0-9a-f]{12,64})\\s+(${DOCKER_SIZE})\\s+(${DOCKER_SIZE})(?:\\s+[A-Z]{1,3})?\\s*$`,
);

function fromTable(doc: Document): Found[] {
  const engineAt = enginesByLine(doc);
  return [...rows(doc)].flatMap(({ n, text: line }) => {
    const image = fromRow(line, engineAt(n)) ?? fromNewRow(line);
    return image ? [found('image', image, n)] : [];
  });
}

function fromRow(line: string, engine: EngineName): Image | undefined {
  const row = ROW.exec(line);
  const size = sizeOf(row?.[4], row?.[5] ? 4 : 3);
  if (!row || !size) return undefined;
  const tag = `${row[1]}:${row[2]}`;
  return present<Image>({
    engine,
    id: row[3] ?? '',
    tags: tag.includes(NONE) ? [] : [tag],
    size: size.bytes,
    shared: sizeOf(row[5])?.bytes,
    containers: count(row[6]),
    dangling: tag.includes(NONE),
  });
}

function fromNewRow(line: string): Image | undefined {
  const row = NEW_ROW.exec(line);
  const size = sizeOf(row?.[3]);
  if (!row || !size) return undefined;
  return {
    engine: 'docker',
    id: row[2] ?? '',
    tags: row[1] === NONE ? [] : [row[1] ?? ''],
    size: size.bytes,
    dangling: row[1] === NONE,
  };
}
