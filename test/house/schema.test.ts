import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { DOCUMENTS, type DocumentName, schemas } from '../../scripts/schemas.ts';
import { main } from '../../src/cli/main.ts';
import { daemonMounts } from '../../src/cli/mounts.ts';
import { outcomeDocument } from '../../src/cli/outcome-document.ts';
import { applySteps } from '../../src/plan/apply.ts';
import { type JournalEvent, startJournal } from '../../src/plan/journal.ts';
import { undoSteps } from '../../src/plan/undo.ts';
import { has, hasNot, life, machine, plan, step } from '../plan/machine.ts';

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
beforeAll(() => void schemas(), 300_000);

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
  }, 300_000);

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

  test('mounts --json: what only a daemon sees, and what the host sees as well', async () => {
    const merged = '24 22 0:51 / /var/lib/docker/overlay2/3f/merged rw,relatime shared:7 - overlay overlay rw';
    const thin =
      '31 22 253:4 / /var/lib/docker/devicemapper/mnt/9a rw,noatime - xfs /dev/mapper/docker-8:1-9a rw,nouuid';
    const tables: Record<string, string> = {
      '/proc/1/mountinfo': `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${merged}\n`,
      '/proc/812/mountinfo': `22 1 8:1 / / rw - ext4 /dev/sda1 rw\n${merged}\n${thin}\n${thin}\n`,
    };
    const run = async (argv: readonly string[]) => ({
      exitCode: 0,
      stdout: tables[argv[1] ?? ''] ?? '',
      stderr: '',
      durationMs: 0,
    });
    const document = await daemonMounts({ run }, [
      { pid: 812, program: 'dockerd' },
      { pid: 900, program: 'bash' },
    ]);
    expect(document.mounts.map(({ target, host, pid }) => [target, host, pid])).toEqual([
      ['/var/lib/docker/overlay2/3f/merged', true, 812],
      ['/var/lib/docker/devicemapper/mnt/9a', false, 812],
    ]);
    check('mounts', document);
  });

  test('apply --json and undo --json, however it ends', async () => {
    const whole = plan(
      step('a', { run: [['make', 'x']], before: [hasNot('x')], after: [has('x')], undo: [['drop', 'x']] }),
    );
    const waits = plan(step('a', { confirm: 'look at it' }));
    const breaks = plan(step('a', { run: [['fly']] }));
    const { work } = life(machine(), whole);
    const kinds = [
      await applySteps(work, false),
      await undoSteps(work),
      await applySteps(life(machine(), waits).work, false),
      await applySteps(life(machine(), breaks).work, false),
      await applySteps({ ...life(machine(), whole).work, interrupted: () => true }, false),
    ];
    expect(kinds.map(({ outcome }) => outcome)).toEqual(['applied', 'undone', 'waiting', 'failed', 'interrupted']);
    for (const outcome of kinds)
      for (const measured of [{}, { headroom: 5, predicted: 6, cured: true, lines: ['x is gone'] }])
        check('outcome', outcomeDocument(whole, { ...outcome, journal: '/var/lib/ullage/x.jsonl' }, measured));
  });

  test('journal --json and journal ID --json', async () => {
    const state = mkdtempSync(join(tmpdir(), 'ullage-schema-'));
    vi.stubEnv('ULLAGE_STATE_DIR', state);
    try {
      check('journal-list', await printed('journal', '--json'));
      const whole = plan(step('a', { run: [['make', 'x']] }), step('b', { confirm: 'look' }));
      mkdirSync(join(state, 'journal'));
      const journal = startJournal(join(state, 'journal'), whole);
      for (const event of [
        { event: 'begun', owner: 'db1:0123:4567:8:9' },
        { event: 'trying', step: 'a' },
        { event: 'progress', step: 'a', fraction: 0.5 },
        { event: 'command', step: 'a', argv: ['make', 'x'] },
        { event: 'ran', step: 'a', exit: 1, seconds: 0.5, stderr: 'no' },
        { event: 'failed', step: 'a', why: 'no' },
        { event: 'resumed', by: 'apply' },
        { event: 'done', step: 'a', recognised: true, values: { size: '5' } },
        { event: 'waiting', step: 'b', for: 'look' },
      ] as const)
        journal.write(event as JournalEvent);
      journal.close();
      const list = await printed('journal', '--json');
      check('journal-list', list);
      expect(list).toMatchObject({ journals: [{ id: whole.id, stands: 'waiting' }] });
      const events = await printed('journal', whole.id, '--json');
      check('journal-events', events);
      expect(events).toMatchObject({ events: { length: 10 } });
    } finally {
      vi.unstubAllEnvs();
      rmSync(state, { recursive: true });
    }
  });

  test('a document with a wrong type is refused', () => {
    expect(validate.report({ version: 2 })).toBe(false);
  });
});
