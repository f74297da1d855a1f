/** `npm run docs`: writes docs/causes, docs/remedies and the README's transcript from the code. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { pages } from './pages.ts';
import { readme } from './readme.ts';

for (const folder of ['docs/causes', 'docs/remedies']) rmSync(folder, { recursive: true, force: true });
for (const [path, text] of await pages()) {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
writeFileSync('README.md', await readme());
