import { describe, expect, it } from 'vitest';
import { UllageError } from '../../src/host/host.ts';
import { parseSshTarget } from '../../src/host/ssh-target.ts';

describe('parseSshTarget', () => {
  it.each([
    ['ssh://root@db1:2222', ['-l', 'root', '-p', '2222', '--', 'db1'], 'ssh://root@db1:2222'],
    ['ssh://db-1.example.org', ['--', 'db-1.example.org'], 'ssh://db-1.example.org'],
    ['ssh://db1/', ['--', 'db1'], 'ssh://db1'],
    ['ssh://admin@[2001:db8::1]:22', ['-l', 'admin', '-p', '22', '--', '2001:db8::1'], 'ssh://admin@[2001:db8::1]:22'],
  ])('reads %s', (spec, args, label) => {
    expect(parseSshTarget(spec)).toEqual({ args, label });
  });

  it.each([
    'ssh://-oProxyCommand=id',
    'ssh://-l@host',
    'ssh://root@-oProxyCommand=id',
    'ssh://host:0',
    'ssh://host:70000',
    'ssh://host:22x',
    'ssh://a b',
    'ssh://host\n',
    'ssh://ho\u001b[31mst',
    'ssh://$(id)',
    'ssh://host/path',
    'ssh://',
    'ssh://@host',
    'http://host',
    'ssh://a;b',
  ])('refuses %j', (spec) => {
    expect(() => parseSshTarget(spec)).toThrow(UllageError);
  });

  it('does not repeat a password or control characters in its message', () => {
    const message = (spec: string) => {
      try {
        parseSshTarget(spec);
      } catch (error) {
        return (error as Error).message;
      }
      return '';
    };
    expect(message('ssh://root:hunter2@host')).toMatch(/^not a host that ssh can be given/);
    expect(message('ssh://root:hunter2@host')).not.toContain('hunter2');
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(message('ssh://ho\u001b[31mst')).not.toMatch(/[\u0000-\u001f]/);
  });
});
