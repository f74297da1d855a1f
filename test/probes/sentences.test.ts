import { describe, expect, it } from 'vitest';
import { makeDocument } from '../../src/probes/make-document.ts';
import { sentences } from '../../src/probes/sentences.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

function terms(text: string): string[] {
  const doc = makeDocument({ kind: 'paste' }, text);
  return sentences.recognises(doc) ? sentences.scan(doc).map((found) => (found.value as { term: string }).term) : [];
}

describe('sentences', () => {
  it.each([
    ['many-images', 'On this box docker images prints 340 lines and nobody ever cleans up.'],
    ['many-images', 'Each release leaves the previous image where it was.'],
    ['deleted-files-held-open', 'Only when we restart the pod the space comes back, so the space is back after that.'],
    ['deleted-files-held-open', 'I had removed the log file with rm, but df still counts it as usage.'],
    ['du-does-not-explain', 'According to df it is full. But du finds only a quarter of it.'],
    ['disk-was-resized', 'The volume was extended to 200 GB on Monday and nothing changed for the guest.'],
    ['orphan-layers', 'There are overlay2 directories that no image uses at all.'],
    ['everything-was-pruned', 'We deleted every container and every image on that machine.'],
    ['container-logs', 'The service prints thousands of lines per minute and nobody rotates them.'],
  ])('%s: %s', (term, text) => {
    expect(terms(text)).toContain(term);
  });
  it.each([
    ['everything-was-pruned', 'How can I remove all images and containers of a project?'],
    ['deleted-files-held-open', 'Restarting the daemon does not help, nothing is freed.'],
    ['many-images', 'The image has 2 layers and starts in 500 ms.'],
    ['du-does-not-explain', 'The df output is below.'],
  ])('not %s: %s', (term, text) => {
    expect(terms(text)).not.toContain(term);
  });
  it('reads pastes only', () => {
    expect(
      sentences.recognises(makeDocument({ kind: 'run', argv: ['df'] }, 'According to df it is full, du finds little.')),
    ).toBe(false);
  });
  it('never throws, and names each term once', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 2000 }), (text) => {
        const found = terms(text);
        expect(new Set(found).size).toBe(found.length);
      }),
    );
  });
  it('is linear in long lines and long pastes', () => {
    const long = `${'du df '.repeat(20_000)}\n${'the volume was extended, and '.repeat(5000)}`;
    const start = process.cpuUsage();
    terms(long);
    expect(spent(start)).toBeLessThan(500);
  });
});
