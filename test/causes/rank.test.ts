import { describe, expect, test } from 'vitest';
import type { Cause, Draft } from '../../src/causes/cause.ts';
import { rank } from '../../src/causes/rank.ts';

function cause(id: string, explains: string[] = []): Cause {
  return {
    id,
    title: id,
    severity: 'critical',
    prevalence: 'A',
    about: '',
    confirm: '',
    lookAlikes: [],
    nextCheck: { run: 'x', why: 'y' },
    remedies: ['r'],
    sources: [],
    explains,
    find: () => [],
  };
}

function draft(part: Partial<Draft> = {}): Draft {
  return { confidence: 'likely', subject: '/', evidence: [], explanation: '', ...part };
}

describe('rank', () => {
  test('confirmed before likely before possible; a likely outage before a confirmed notice', () => {
    const ids = rank([
      { cause: cause('a'), draft: draft({ confidence: 'confirmed', severity: 'notice' }) },
      { cause: cause('b'), draft: draft({ confidence: 'possible', score: 99 }) },
      { cause: cause('c'), draft: draft({ confidence: 'likely' }) },
      { cause: cause('d'), draft: draft({ confidence: 'confirmed' }) },
    ]).map((finding) => finding.cause);
    expect(ids).toEqual(['d', 'c', 'a', 'b']);
  });

  test('one finding for a cause and subject: the best proven', () => {
    const findings = rank([
      { cause: cause('a'), draft: draft({ confidence: 'possible' }) },
      { cause: cause('a'), draft: draft({ confidence: 'confirmed' }) },
      { cause: cause('a'), draft: draft({ subject: '/var' }) },
    ]);
    expect(findings.map(({ confidence, subject }) => [confidence, subject])).toEqual([
      ['confirmed', '/'],
      ['likely', '/var'],
    ]);
  });

  test('what another finding explains stands behind it and names it', () => {
    const findings = rank([
      { cause: cause('read-only'), draft: draft({ score: 99 }) },
      { cause: cause('pool-full', ['read-only']), draft: draft({ score: 1 }) },
    ]);
    expect(findings.map((finding) => finding.cause)).toEqual(['pool-full', 'read-only']);
    expect(findings[1]?.consequenceOf).toBe('pool-full');
  });

  test('what is only possible explains nothing', () => {
    const findings = rank([
      { cause: cause('read-only'), draft: draft() },
      { cause: cause('pool-full', ['read-only']), draft: draft({ confidence: 'possible' }) },
    ]);
    expect(findings[0]?.cause).toBe('read-only');
    expect(findings[0]?.consequenceOf).toBeUndefined();
  });

  test('a confirmed finding asks for no further check', () => {
    const [sure, unsure] = rank([
      { cause: cause('a'), draft: draft({ confidence: 'confirmed' }) },
      { cause: cause('b'), draft: draft() },
    ]);
    expect(sure?.nextCheck).toBeUndefined();
    expect(unsure?.nextCheck).toEqual({ run: 'x', why: 'y' });
  });

  test('the check of a finding asks about its own place, where a shell takes that for one word', () => {
    const asked = (subject: string) => {
      const docker = { ...cause('a'), nextCheck: { run: 'btrfs filesystem usage -b /var/lib/docker', why: '' } };
      return rank([{ cause: docker, draft: draft({ subject }) }])[0]?.nextCheck?.run;
    };
    expect(asked('/srv/data')).toBe('btrfs filesystem usage -b /srv/data');
    expect(asked('/')).toBe('btrfs filesystem usage -b /');
    for (const other of ['/dev/sdb', 'the btrfs file system', '/srv/my data', '/srv/$(reboot)', '/srv/\u001b[2J'])
      expect(asked(other)).toBe('btrfs filesystem usage -b /var/lib/docker');
  });
});
