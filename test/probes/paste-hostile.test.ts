import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cgroups } from '../../src/probes/cgroups.ts';
import { commands } from '../../src/probes/commands.ts';
import type { Found } from '../../src/probes/fact.ts';
import { probes } from '../../src/probes/index.ts';
import { kernelLog } from '../../src/probes/kernel-log.ts';
import { keyUsers } from '../../src/probes/key-users.ts';
import { limits } from '../../src/probes/limits.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { mentions } from '../../src/probes/mentions.ts';
import { messages } from '../../src/probes/messages.ts';
import { podEvents } from '../../src/probes/pod-events.ts';
import { recognise } from '../../src/probes/recognise.ts';
import { symptoms } from '../../src/probes/symptoms.ts';
import { system } from '../../src/probes/system.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

const PROBES = [symptoms, kernelLog, messages, mentions, commands, limits, cgroups, keyUsers, podEvents, system];

function readAll(text: string): number {
  const doc = makeDocument({ kind: 'paste' }, text);
  let facts = doc.json.length;
  for (const probe of PROBES) if (probe.recognises(doc)) facts += probe.scan(doc).length;
  return facts;
}

describe('hostile pastes', () => {
  // 300 kB each: what is quadratic takes minutes here, what is linear well under a second
  it.each([
    '{\n',
    '[',
    '\r',
    '\t\n',
    ' ',
    '"',
    '\u001b[0',
    '\u001b]',
    '> ',
    '`',
    '**x ',
    '&',
    '<b ',
    '/a',
    ' /a/b',
    'no space left on device ',
    "cannot create '",
    'mounting "/x" failed to mount ',
    'plenty of free space not ',
    'kernel: device-mapper: thin: ',
    '[root@a b',
    'a@b:',
    'logs of the log container ',
    'removed deleted pruned ',
    '磁盘空间',
    'error: ',
  ])(
    'is linear on %j',
    (piece) => {
      const text = piece.repeat(Math.ceil(300_000 / piece.length));
      const start = process.cpuUsage();
      readAll(text);
      expect(spent(start)).toBeLessThan(8000);
    },
    30_000,
  );
  // `^\s*x` with /m tries each line start through all blank lines behind it
  it.each(['\n', ' \n', '```\n'])('asks every probe in linear time about lines of %j', (piece) => {
    const doc = makeDocument({ kind: 'paste' }, `${piece.repeat(60_000)}x`);
    const start = process.cpuUsage();
    for (const probe of probes) probe.recognises(doc);
    expect(spent(start)).toBeLessThan(1500);
  });
  it('takes as many facts of one probe as there are', () => {
    const many = Array.from({ length: 200_000 }, (_, index) => ({ kind: 'mention' as const, value: {}, line: index }));
    const probe = { ...mentions, recognises: () => true, scan: () => many as unknown as Found[] };
    expect(recognise([makeDocument({ kind: 'paste' }, 'x')], [probe]).list).toHaveLength(200_000);
  });
  it('never throws on any text', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 400 }), (text) => void readAll(text)));
  });
  it('has every text probe among its subjects', () => {
    const files = readdirSync(new URL('../../src/probes/', import.meta.url));
    for (const probe of PROBES) expect(files).toContain(`${probe.id}.ts`);
  });
});
