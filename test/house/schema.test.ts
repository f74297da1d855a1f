import { readdirSync, readFileSync } from 'node:fs';
import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { DOCUMENTS, type DocumentName, schemas } from '../../scripts/schemas.ts';
import { main } from '../../src/cli/main.ts';

/** What the command prints for these arguments, as JSON. */
async function printed(...argv: string[]): Promise<unknown> {
  let text = '';
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
    text += String(chunk);
    return true;
  });
  // each call would add its listener for a closed pipe
  const on = vi.spyOn(process.stdout, 'on').mockReturnThis();
  try {
    await main(argv);
  } finally {
    write.mockRestore();
    on.mockRestore();
  }
  return JSON.parse(text);
}

// the first of them compiles the whole program
beforeAll(() => void schemas(), 120_000);

test.each(DOCUMENTS)('schema/$name.schema.json is what the types give (npm run schema)', ({ name }) => {
  expect(JSON.parse(readFileSync(`schema/${name}.schema.json`, 'utf8'))).toEqual(
    JSON.parse(JSON.stringify(schemas()[name])),
  );
});

describe('real documents are valid, and hold nothing that is not declared', () => {
  const validate = {} as Record<DocumentName, ValidateFunction>;
  beforeAll(() => {
    const ajv = new Ajv({ strict: false, allErrors: true });
    const strict: Record<DocumentName, object> = schemas({ strict: true });
    for (const { name } of DOCUMENTS) validate[name] = ajv.compile(strict[name]);
  }, 120_000);

  const check = (name: DocumentName, document: unknown): void => {
    validate[name](document);
    expect(validate[name].errors ?? []).toEqual([]);
  };

  const examples = readdirSync('examples').filter((name) => !name.endsWith('.md'));

  test.each(examples)('doctor --json on examples/%s', async (name) => {
    check('report', await printed('doctor', '--capture', `examples/${name}`, '--json'));
  });

  test.each(examples)('the manifest of examples/%s', (name) => {
    check('capture', JSON.parse(readFileSync(`examples/${name}/manifest.json`, 'utf8')));
  });

  test.each(readdirSync('corpus').filter((name) => /^\d+-/.test(name)))('explain --json on corpus/%s', async (name) => {
    check('report', await printed('explain', `corpus/${name}/report.txt`, '--json'));
  });

  test('causes --json', async () => {
    check('causes', await printed('causes', '--json'));
  });

  test('a document with a wrong type is refused', () => {
    expect(validate.report({ version: 2 })).toBe(false);
  });
});
