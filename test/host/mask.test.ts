import { describe, expect, it } from 'vitest';
import { maskArgv, maskOutput, maskText } from '../../src/host/mask.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

const ID = 'c0ffee00'.repeat(8);

describe('maskText', () => {
  it.each([
    ['"Env": ["PATH=/usr/bin", "DB=pg://u:p@h/x", "EMPTY="]', '"Env": ["PATH=***", "DB=***", "EMPTY=***"]'],
    ['"Env":["A=b\\"c","D=\\\\"],"Cmd":["x=y"]', '"Env":["A=***","D=***"],"Cmd":["x=y"]'],
    ['"Env": null, "Cmd": null', '"Env": null, "Cmd": null'],
    ['"envs":[{"key":"A","value":"secret"}],"mounts":["a=b"]', '"envs":[{"key":"A","value":"***"}],"mounts":["a=b"]'],
    ['"Env": {"A": "b", "n": 1}', '"Env": {"A": "***", "n": 1}'],
    [
      '"config": "{\\"Env\\":[\\"A=b\\\\\\"c\\"],\\"x\\":\\"y=z\\"}", "k": "v=w"',
      '"config": "{\\"Env\\":[\\"A=***\\"],\\"x\\":\\"y=z\\"}", "k": "v=w"',
    ],
    ['"Env": [\n  "A=cut off here', '"Env": [\n  "A=***'],
  ])('environments: %j', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it.each([
    [
      '{"auths":{"r.example":{"auth":"dXNlcjpwYXNz","email":"a@b.c"}}}',
      '{"auths":{"r.example":{"auth":"***","email":"a@b.c"}}}',
    ],
    ['"identitytoken": "abc", "registrytoken":"def"', '"identitytoken": "***", "registrytoken":"***"'],
    ['X-Registry-Auth: eyJ1c2VyIjoi', 'X-Registry-Auth: ***'],
    ['Authorization: Bearer abc.def', 'Authorization: Bearer ***'],
    ['"Authorization":null,"Log":["x"]', '"Authorization":null,"Log":["x"]'],
    ['"Mirrors":["https://bob:hunter2@mirror.example/v2/"]', '"Mirrors":["https://***@mirror.example/v2/"]'],
    ['HTTP Proxy: http://user:p@ss@proxy:3128', 'HTTP Proxy: http://***@proxy:3128'],
    ['https://ghtoken@git.example/x.git', 'https://***@git.example/x.git'],
    ['ssh://git@git.example/x.git', 'ssh://git@git.example/x.git'],
    ['redis://:pw@cache:6379/0', 'redis://***@cache:6379/0'],
    ['AWS_SECRET_ACCESS_KEY=abc/def+1 next', 'AWS_SECRET_ACCESS_KEY=*** next'],
    ['Environment="REGISTRY_PASSWORD=two words" A=b', 'Environment="REGISTRY_PASSWORD=***" A=b'],
    ['app --token s3cr3t --port 80', 'app --token *** --port 80'],
    ["app --password='two words' x", "app --password='***' x"],
    ['app --db-password=hunter2 -v', 'app --db-password=*** -v'],
    ['"Args": ["--api-key", "abc", "--size", "5"]', '"Args": ["--api-key", "***", "--size", "5"]'],
    ['docker login -u bob -p hunter2 r.example', 'docker login -u bob -p *** r.example'],
    ['docker run -p 80:80 -e KEY=value -v a:b nginx', 'docker run -p 80:80 -e KEY=*** -v a:b nginx'],
    ['mysqldump -uroot -phunter2 db', 'mysqldump -uroot -p*** db'],
    ['curl -u bob:hunter2 http://x/', 'curl -u *** http://x/'],
    [
      'docker swarm join --token SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx 10.0.0.1',
      'docker swarm join --token *** 10.0.0.1',
    ],
    ['password: hunter2', 'password: ***'],
    ['    client-key-data: LS0tLS1CRUdJTiBSU0E=', '    client-key-data: ***'],
    ['secret = "abc"', 'secret = "***"'],
    ['"Labels":{"com.example.db-password":"x","team":"a"}', '"Labels":{"com.example.db-password":"***","team":"a"}'],
    [
      '-----BEGIN RSA PRIVATE KEY-----\nMIIE\nabc=\n-----END RSA PRIVATE KEY-----\nafter',
      '-----BEGIN RSA PRIVATE KEY-----***-----END RSA PRIVATE KEY-----\nafter',
    ],
    [
      '"key":"-----BEGIN PRIVATE KEY-----\\nMIIE\\n-----END PRIVATE KEY-----\\n"',
      '"key":"-----BEGIN PRIVATE KEY-----***-----END PRIVATE KEY-----\\n"',
    ],
    [`-----BEGIN PRIVATE KEY-----\n${'A'.repeat(64)}\n`, '-----BEGIN PRIVATE KEY-----***\n'],
  ])('secrets: %j', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });

  it.each([
    `"Id": "${ID}", "Image": "sha256:${ID}"`,
    `docker inspect ${ID}`,
    'Data Space Used: 75.95 GB',
    '"SecurityOptions":["name=seccomp,profile=builtin"],"DriverStatus":[["dm.basesize","10G"]]',
    '/dev/mapper/vg-docker on /var/lib/docker type ext4 (rw,errors=remount-ro,data=ordered)',
    'sshd[1]: pam_unix(sshd:auth): authentication failure',
    'EXT4-fs error (device dm-3): ext4_journal_check_start:84: Detected aborted journal',
    'Error parsing config: unexpected token: }',
    'OLDPWD=/root PWD=/srv',
    'monkey=5 bypass=1 maxtokens=3',
    'overlay /var/lib/docker/overlay2/abc/merged overlay rw,lowerdir=l/A:l/B,upperdir=/u,workdir=/w 0 0',
    'docker run -p 8080:80 nginx',
    'btrfs://x ssh://root@db1:22',
  ])('leaves %j alone', (text) => {
    expect(maskText(text)).toBe(text);
  });

  it('masks what is one environment as a whole', () => {
    expect(maskOutput({ path: '/proc/42/environ' }, 'A=b\0LONG=c d\0')).toBe('A=***\0LONG=***\0');
    expect(
      maskOutput(
        { argv: ['docker', 'inspect', '--format', '{{range .Config.Env}}{{println .}}{{end}}', 'c'] },
        'A=b\nC=d\n',
      ),
    ).toBe('A=***\nC=***\n');
    expect(maskOutput({ argv: ['df'] }, 'A=b\n')).toBe('A=b\n');
  });

  const piece = fc.constantFrom(
    '"Env": [',
    '"env":{',
    ']',
    '}',
    '{',
    '[',
    '"A=b"',
    '"',
    '\\"',
    '\\',
    '\\\\',
    ',',
    ':',
    ' ',
    '\n',
    '=',
    "'",
    '"auth":"x"',
    '\\"token\\":\\"y\\"',
    'password',
    'TOKEN=',
    '--token ',
    'abc',
    '***',
    'https://',
    'u:p@',
    'h/',
    'docker login ',
    '-p ',
    ' -e A=b ',
    'Bearer abcdefghijklmnop',
    'Authorization: ',
    'Basic ',
    '-----BEGIN PRIVATE KEY-----',
    '-----END PRIVATE KEY-----',
    'AAAABBBBCCCCDDDDEEEE',
    'mysql ',
    'curl -u a:b ',
    'eyJaaaaaaaaaaaa.eyJbbbbbbbbbbbb.c',
    '$2y$10$abcdefgh',
    '-',
    '@',
    '/',
  );
  it('masked twice is masked once, for any mixture', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), (pieces) => {
        const once = maskText(pieces.join(''));
        expect(maskText(once)).toBe(once);
      }),
      { numRuns: 3000 },
    );
  });

  it('keeps JSON valid, its shape and its keys, and no value of an environment', () => {
    const value = fc.string({
      unit: fc.constantFrom('"', '\\', '\n', '=', ' ', 'a', '{', ']', ',', ':', "'", '-', '@', '/'),
    });
    const document = fc.record({
      Id: fc.constant(ID),
      Size: fc.nat(),
      Config: fc.record({ Env: fc.array(value.map((text) => `NAME=S3CR3T${text}`)), Cmd: fc.array(value) }),
      auth: value.map((text) => `S3CR3T${text}`),
      nested: value.map((text) =>
        JSON.stringify({
          Env: [`A=S3CR3T${text}`],
          token: `S3CR3T${text}`,
          deep: JSON.stringify({ Env: [`A=S3CR3T${text}`, 'b'] }),
        }),
      ),
      after: fc.constant('the end'),
    });
    fc.assert(
      fc.property(document, fc.constantFrom(0, 2), (value, indent) => {
        const masked = maskText(JSON.stringify(value, null, indent));
        expect(masked).not.toContain('S3CR3T');
        const back = JSON.parse(masked) as typeof value;
        expect({ ...back, Config: 0, auth: 0, nested: 0 }).toEqual({ ...value, Config: 0, auth: 0, nested: 0 });
        expect(back.Config.Env).toHaveLength(value.Config.Env.length);
        expect((JSON.parse((JSON.parse(back.nested) as { deep: string }).deep) as { Env: string[] }).Env).toHaveLength(
          2,
        );
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    '"',
    '\\',
    '"Env":[',
    '\\"env\\":[\\"',
    'docker ',
    'docker login ',
    '"a=\\',
    '://',
    'eyJaaaaaaaaaaaa.',
    '-----BEGIN PRIVATE KEY-----',
    'password="',
    'a.',
  ])('is linear on a long run of %j', (text) => {
    const time = (length: number) => {
      const long = text.repeat(length / text.length);
      const started = process.cpuUsage();
      maskText(long);
      return spent(started);
    };
    time(1000);
    // 8 times the text: quadratic would be 64 times the time
    const best = (length: number) => Math.min(time(length), time(length), time(length));
    const small = Math.max(best(40_000), 2);
    expect(best(320_000)).toBeLessThan(small * 40);
  });
});

describe('maskArgv', () => {
  it.each([
    [
      ['docker', 'login', '-u', 'bob', '-p', 'x'],
      ['docker', 'login', '-u', 'bob', '-p', '***'],
    ],
    [
      ['docker', 'run', '-p', '80:80', '-e', 'A=b', 'nginx'],
      ['docker', 'run', '-p', '80:80', '-e', 'A=***', 'nginx'],
    ],
    [
      ['curl', '-s', '-u', 'a:b', 'http://h/'],
      ['curl', '-s', '-u', '***', 'http://h/'],
    ],
    [
      ['app', '--token', 'abc', '--size=5'],
      ['app', '--token', '***', '--size=5'],
    ],
    [
      ['sh', '-c', 'TOKEN=abc run'],
      ['sh', '-c', 'TOKEN=*** run'],
    ],
    [
      ['df', '-B1', '-T', '/var/lib/docker'],
      ['df', '-B1', '-T', '/var/lib/docker'],
    ],
    [
      ['curl', '-s', '--unix-socket', '/run/docker.sock', 'http://localhost/info'],
      ['curl', '-s', '--unix-socket', '/run/docker.sock', 'http://localhost/info'],
    ],
  ])('%j', (argv, masked) => {
    expect(maskArgv(argv)).toEqual(masked);
    expect(maskArgv(masked)).toEqual(masked);
  });
});
