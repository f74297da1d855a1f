import { describe, expect, it } from 'vitest';
import type { Symptom } from '../../src/probes/facts/text.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { symptoms } from '../../src/probes/symptoms.ts';
import { fc } from '../random-cases.ts';

function read(text: string): Symptom[] {
  const doc = makeDocument({ kind: 'paste' }, text);
  return symptoms.recognises(doc) ? symptoms.scan(doc).map((one) => one.value as Symptom) : [];
}

describe('symptoms', () => {
  it.each<[string, Partial<Symptom>]>([
    [
      'dockerd[811]: chmod /var/lib/docker: no space left on device',
      { errno: 'ENOSPC', operation: 'chmod', path: '/var/lib/docker', program: 'dockerd' },
    ],
    [
      "touch: cannot touch '/srv/x': No space left on device",
      { errno: 'ENOSPC', operation: 'touch', path: '/srv/x', program: 'touch' },
    ],
    [
      "dd: error writing 'm/f': Disk quota exceeded",
      { errno: 'EDQUOT', operation: 'write', path: 'm/f', program: 'dd' },
    ],
    [
      'failed to register layer: Error processing tar file(exit status 1): open /usr/lib/a.so: no space left on device',
      { errno: 'ENOSPC', operation: 'open', path: '/usr/lib/a.so' },
    ],
    ['fork/exec /proc/self/exe: no space left on device', { operation: 'fork/exec', path: '/proc/self/exe' }],
    [
      "Error: ENOSPC: no space left on device, mkdir '/app/dist'",
      { errno: 'ENOSPC', operation: 'mkdir', path: '/app/dist' },
    ],
    [
      "OSError: [Errno 28] No space left on device: '/tmp/pip/torch.whl'",
      { errno: 'ENOSPC', path: '/tmp/pip/torch.whl' },
    ],
    [
      'ERROR:  could not extend file "base/16384/2619": No space left on device',
      { errno: 'ENOSPC', operation: 'extend', program: 'postgres' },
    ],
    [
      'rsync: write failed on "/mnt/b/x": No space left on device (28)',
      { errno: 'ENOSPC', path: '/mnt/b/x', program: 'rsync' },
    ],
    [
      'Error: open /var/lib/docker/image/.tmp-1: read-only file system',
      { errno: 'EROFS', operation: 'open', path: '/var/lib/docker/image/.tmp-1' },
    ],
    ["sync: error syncing 'm/f': Input/output error", { errno: 'EIO', path: 'm/f' }],
    ['failed to create fsnotify watcher: too many open files', { errno: 'EMFILE', operation: 'create' }],
    ['adding interface veth1 to bridge br0 failed: exchange full', { errno: 'EXFULL' }],
    ['write failed (os error 28)', { errno: 'ENOSPC' }],
    ['rename /var/lib/a /var/lib/b: no space left on device', { operation: 'rename', path: '/var/lib/b' }],
  ])('reads %j', (line, expected) => {
    expect(read(line)).toMatchObject([expected]);
  });

  it.each([
    ['touch: "/x/y" kann nicht berührt werden: Auf dem Gerät ist kein Speicherplatz mehr verfügbar', '/x/y'],
    ["cp: erreur d'écriture de '/srv/a': Aucun espace disponible sur le périphérique", '/srv/a'],
    ["mkdir: no se puede crear el directorio '/srv/a': No queda espacio en el dispositivo", '/srv/a'],
    ["touch: impossibile toccare '/srv/a': Spazio esaurito sul device", '/srv/a'],
    ["mkdir: não foi possível criar o diretório '/srv/a': Não há espaço disponível no dispositivo", '/srv/a'],
    ['mkdir: невозможно создать каталог «/srv/a»: На устройстве не осталось свободного места', '/srv/a'],
    ["mkdir: ディレクトリ '/srv/a' を作成できません: デバイスに空き領域がありません", '/srv/a'],
    ['mkdir: 无法创建目录"/srv/a": 设备上没有空间', '/srv/a'],
    ["touch: '/srv/a'를 touch할 수 없음: 장치에 남은 공간이 없음", '/srv/a'],
    ["touch: nie można dotknąć '/srv/a': Brak miejsca na urządzeniu", '/srv/a'],
  ])('knows the wording in %j', (line, path) => {
    expect(read(line)).toMatchObject([{ errno: 'ENOSPC', path }]);
  });

  it('joins a message that a terminal broke, also within a word', () => {
    const message = `Error: cannot start the web container: ${'x'.repeat(30)} write /var/lib/docker/overlay2/l/file: no space left on device`;
    const width = 80;
    const broken = message.match(new RegExp(`.{1,${width}}`, 'g'))?.join('\n') ?? '';
    expect(broken.split('\n').length).toBeGreaterThan(1);
    expect(read(broken)).toMatchObject([
      { errno: 'ENOSPC', operation: 'write', path: '/var/lib/docker/overlay2/l/file', message },
    ]);
    expect(
      read('ERROR: Service failed to build: open /app/node_modules/a/b.json: no space left on\n device'),
    ).toMatchObject([{ path: '/app/node_modules/a/b.json' }]);
  });

  it.each([
    'The disk is full of old stuff, I think, but nothing failed yet',
    'Mounted with errors=remount-ro, the file system is read-only only in the container',
    '#define ENOSPC 28',
    'we never ran out of space before',
  ])('takes no error from %j', (line) => {
    expect(read(line)).toEqual([]);
  });

  it('says a repeated error once', () => {
    expect(read('write /a: no space left on device\n'.repeat(1000))).toHaveLength(1);
  });

  it('never throws, whatever is cut where', () => {
    const lines = [
      "touch: cannot touch '",
      'no space left on',
      ' device',
      '"/a\\"',
      ': ',
      'ENOSPC, open ',
      '/x',
      '\n',
      '设备上没有空间',
    ];
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constantFrom(...lines), fc.string({ unit: 'grapheme' }))),
        (parts) => void read(parts.join('')),
      ),
    );
  });
});
