import { describe, expect, it } from 'vitest';
import { makeDocument } from '../../src/probes/make-document.ts';
import { ncdu } from '../../src/probes/ncdu.ts';

const scan = (text: string) => ncdu.scan(makeDocument({ kind: 'paste' }, text)).map((one) => one.value);

describe('ncdu', () => {
  it('tells the directory and its total, with comma or point', () => {
    const text =
      '--- /var/lib/docker ----------------\n  3.0 GiB [####] /overlay2\n Total disk usage:   3,5 GiB  Apparent size: 3.1 GiB';
    expect(scan(text)).toMatchObject([{ path: '/var/lib/docker', bytes: 3.5 * 1024 ** 3 }]);
  });
  it('says nothing of a total without its directory', () => {
    expect(scan(' Total disk usage:   3.5 GiB')).toEqual([]);
    expect(scan('--- a/old.c\n+++ b/new.c\n Total disk usage: 3 GiB')).toEqual([]);
  });
});
