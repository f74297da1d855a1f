/**
 * Builds dist/: `lib/` (the library: tsc), `bin/` (the command: a tiny entry and the rest in
 * pieces, loaded on demand) and `ullage.mjs` (the whole command in one file).
 * `--bin` leaves the library out.
 */
import { spawnSync } from 'node:child_process';
import { chmodSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'rolldown';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const onlyBin = process.argv.includes('--bin');
const shebang = '#!/usr/bin/env node';

if (!onlyBin) {
  rmSync(dist, { recursive: true, force: true });
  const tsc = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const compiled = spawnSync(process.execPath, [tsc, '-p', join(root, 'tsconfig.build.json')], { stdio: 'inherit' });
  if (compiled.status !== 0) process.exit(compiled.status ?? 1);
}

// its binary lies beside its own files: it stays a package, and the single file does without a history on Node 20
const common = { platform: 'node' as const, logLevel: 'warn' as const, external: ['@photostructure/sqlite'] };

/** The entry leaves the rest of the command outside: it stands beside it in pieces. */
const restIsBeside: Plugin = {
  name: 'rest-is-beside',
  resolveId: (id) => (id.endsWith('/cli/main.ts') ? { id: './main.cjs', external: true } : null),
};

// CommonJS: starting Node's ESM loader alone would cost more than both answers of the entry, and a twentieth of a doctor
await build({
  ...common,
  input: { main: join(root, 'src/cli/main.ts') },
  output: {
    dir: join(dist, 'bin'),
    format: 'cjs',
    dynamicImportInCjs: false,
    cleanDir: true,
    minify: { mangle: false, compress: true, codegen: true },
    entryFileNames: '[name].cjs',
    chunkFileNames: 'parts/[name]-[hash].cjs',
  },
});

await build({
  ...common,
  input: { ullage: join(root, 'src/bin/ullage.ts') },
  plugins: [restIsBeside],
  output: {
    dir: join(dist, 'bin'),
    format: 'cjs',
    dynamicImportInCjs: false,
    banner: shebang,
    entryFileNames: '[name].cjs',
  },
});

await build({
  ...common,
  input: { ullage: join(root, 'src/bin/ullage.ts') },
  output: { dir: dist, format: 'esm', banner: shebang, codeSplitting: false, entryFileNames: '[name].mjs' },
});

for (const file of ['bin/ullage.cjs', 'ullage.mjs']) chmodSync(join(dist, file), 0o755);
