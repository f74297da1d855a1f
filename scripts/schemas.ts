import { createGenerator, type Schema } from 'ts-json-schema-generator';

/** The published schemas: file name in schema/, root type, title. */
export const DOCUMENTS = [
  { name: 'report', title: 'What `ullage doctor --json` and `ullage explain --json` print' },
  { name: 'capture', title: 'manifest.json of a capture' },
  { name: 'causes', title: 'What `ullage causes --json` prints' },
  { name: 'plan', title: 'A plan: what `ullage plan --json` prints and `ullage apply` takes' },
  { name: 'remedies', title: 'What `ullage remedies --json` prints' },
  { name: 'drivers', title: 'What `ullage drivers --json` prints' },
  { name: 'mounts', title: 'What `ullage mounts --json` prints' },
  { name: 'outcome', title: 'What `ullage apply --json` and `ullage undo --json` print' },
  { name: 'journal-list', title: 'What `ullage journal --json` prints' },
  { name: 'journal-events', title: 'What `ullage journal ID --json` prints' },
  { name: 'usage', title: 'What `ullage usage --json` prints' },
  { name: 'thin-list', title: 'What `ullage thin ls --json` prints' },
  { name: 'thin-check', title: 'What `ullage thin check --json` prints' },
  { name: 'rescue-list', title: 'What `ullage rescue ls --json` prints' },
  { name: 'rescue-report', title: 'What `ullage rescue files`, `container` and `image` print with `--json`' },
  { name: 'alert', title: 'What `ullage watch` sends to webhooks and commands' },
] as const;

export type DocumentName = (typeof DOCUMENTS)[number]['name'];

/** JSON Schemas (draft 7) from the TypeScript types. `strict`: fields that are not declared are refused. */
export function schemas(options: { strict?: boolean } = {}): Record<DocumentName, Schema> {
  const all = documents();
  const entries = DOCUMENTS.map(({ name, title }) => {
    const root = all.properties?.[name];
    if (typeof root !== 'object') throw new Error(`no type for the schema ${name}`);
    const definitions = reachable(root, all.definitions ?? {});
    const schema = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title,
      ...root,
      ...(Object.keys(definitions).length > 0 ? { definitions } : {}),
    };
    return [name, options.strict ? schema : (open(schema) as Schema)] as const;
  });
  return Object.fromEntries(entries) as Record<DocumentName, Schema>;
}

let made: Schema | undefined;

/** The whole program is compiled for it: once is enough. */
function documents(): Schema {
  made ??= createGenerator({
    path: 'scripts/schema-types.ts',
    tsconfig: 'tsconfig.json',
    type: 'Documents',
    skipTypeCheck: true,
    topRef: false,
    additionalProperties: false,
    functions: 'hide',
  }).createSchema('Documents');
  return made;
}

/** Published documents may grow: a reader must not refuse a field that it does not know. */
function open(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(open);
  if (typeof node !== 'object' || node === null) return node;
  const kept = Object.entries(node).filter(([key, value]) => !(key === 'additionalProperties' && value === false));
  return Object.fromEntries(kept.map(([key, value]) => [key, open(value)]));
}

type Definitions = NonNullable<Schema['definitions']>;

/** The definitions a schema refers to, directly or through others, in order of name. */
function reachable(root: unknown, all: Definitions): Definitions {
  const names = new Set<string>();
  const visit = (node: unknown): void => {
    for (const [, name = ''] of JSON.stringify(node).matchAll(/"#\/definitions\/([^"]+)"/g)) {
      const key = decodeURIComponent(name);
      if (names.has(key)) continue;
      names.add(key);
      visit(all[key]);
    }
  };
  visit(root);
  return Object.fromEntries([...names].sort().flatMap((name) => (all[name] ? [[name, all[name]]] : [])));
}
