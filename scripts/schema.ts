/** `npm run schema`: writes schema/*.schema.json from the TypeScript types. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { schemas } from './schemas.ts';

mkdirSync('schema', { recursive: true });
for (const [name, schema] of Object.entries(schemas())) {
  writeFileSync(`schema/${name}.schema.json`, `${JSON.stringify(schema, null, 2)}\n`);
}
