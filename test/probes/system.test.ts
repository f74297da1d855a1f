import { describe, expect, it } from 'vitest';
import type { Origin } from '../../src/probes/document.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { system } from '../../src/probes/system.ts';

function read(text: string, origin: Origin = { kind: 'paste' }): unknown[] {
  const doc = makeDocument(origin, text);
  return system.recognises(doc) ? system.scan(doc).map((one) => one.value) : [];
}

describe('system', () => {
  it('reads uname, id, hostname and os-release', () => {
    expect(
      read('Linux n1 5.15.0-89-generic #99~20.04.1-Ubuntu SMP x86_64 GNU/Linux\n', {
        kind: 'run',
        argv: ['uname', '-a'],
      }),
    ).toEqual([{ hostname: 'n1', kernel: '5.15.0-89-generic' }]);
    expect(read('1000\n', { kind: 'run', argv: ['id', '-u'] })).toEqual([{ uid: 1000 }]);
    expect(read('n1.example\n', { kind: 'run', argv: ['hostname'] })).toEqual([{ hostname: 'n1.example' }]);
    expect(
      read('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n', { kind: 'read', path: '/etc/os-release' }),
    ).toEqual([{ os: 'Debian GNU/Linux 12 (bookworm)' }]);
  });
  it('reads what people write', () => {
    expect(read('Ubuntu 14.04 LTS, kernel 3.13, docker on btrfs')).toEqual([
      { kernel: '3.13' },
      { os: 'Ubuntu 14.04' },
    ]);
  });
  it('takes no distribution from the name of an image or volume', () => {
    expect(read('FROM mhart/alpine-node:6\n/dev/mapper/centos-root 50G\nquay.io/centos-sig/x')).toEqual([]);
  });
});
