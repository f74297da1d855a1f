import fc from 'fast-check';

/**
 * The cases that properties are tried on: the same each time, so that a run says something about what was changed since
 * the one before. ULLAGE_SEED=any draws others (`npm run nightly`); a number, which a failure names, draws those again.
 */
const SEED = process.env['ULLAGE_SEED'] ?? '20261122';
if (SEED !== 'any') fc.configureGlobal({ seed: Number(SEED) });

export { fc };
