import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { getScript, readMarks, readScript, runScript, statfsScript } from '../../src/host/ssh-scripts.ts';

const MARK = 'ullage-0123';

describe('readMarks', () => {
  it('takes off what login scripts print before the program', () => {
    expect(readMarks(MARK, `welcome\n${MARK} B 42\nout\n`, `motd${MARK} B 42\nerr\n`)).toEqual({
      pid: 42,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('knows why a script did not go on', () => {
    expect(readMarks(MARK, `${MARK} B 42\n`, `${MARK} B 42\n${MARK} N\n`)).toEqual({
      pid: 42,
      stdout: '',
      stderr: '',
      stopped: 'N',
    });
  });

  it('needs only one of the streams: output that is cut may come before stderr', () => {
    expect(readMarks(MARK, `${MARK} B 42\nout`, '')).toEqual({ pid: 42, stdout: 'out', stderr: '' });
  });

  it('leaves what ssh itself says when nothing was started', () => {
    expect(readMarks(MARK, '', 'Connection refused\n')).toEqual({ stdout: '', stderr: 'Connection refused\n' });
    expect(readMarks(MARK, '', `${MARK} B `)).toEqual({ stdout: '', stderr: `${MARK} B ` });
  });
});

describe('the scripts', () => {
  const shells = [['sh'], ['dash'], ['bash', '--posix'], ['busybox', 'sh']].filter(
    ([program]) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0,
  );
  const through = (shell: string[], script: string) => {
    const ran = spawnSync(shell[0] as string, shell.slice(1), { input: script, encoding: 'utf8' });
    return { status: ran.status, told: readMarks(MARK, ran.stdout, ran.stderr) };
  };

  it.each(shells)('do the same in %s %s', (...shell) => {
    const nasty = ['%s|', "it's", '$(id)', 'two\nlines', '', '-n', '*'];
    expect(through(shell, runScript(MARK, ['printf', ...nasty])).told.stdout).toBe("it's|$(id)|two\nlines||-n|*|");
    expect(through(shell, runScript(MARK, ['sh', '-c', 'cat; echo e >&2; exit 3']))).toMatchObject({
      status: 3,
      told: { stdout: '', stderr: 'e\n' },
    });
    const before = readdirSync('/run');
    for (const input of ['', 'one\n', '{"it\'s": "$(id)"}', 'two\nlines', ' ', `${'é%s\\'.repeat(50_000)}`])
      expect(through(shell, runScript(MARK, ['cat'], input)).told.stdout).toBe(input);
    expect(readdirSync('/run').filter((name) => name.includes(MARK) && !before.includes(name))).toEqual([]);
    expect(through(shell, runScript(MARK, ['no-such-program'])).told.stopped).toBe('N');
    expect(through(shell, runScript(MARK, ['umask'])).told.stopped ?? 'a program').toMatch(/^(?:N|a program)$/);
    expect(through(shell, runScript(MARK, ['/etc/passwd'])).told.stopped).toBe('D');
    expect(through(shell, readScript(MARK, '/dev/null')).told.stopped).toBe('T');
    expect(through(shell, readScript(MARK, '/no/such/file')).told.stderr).toMatch(/No such file/);
    expect(through(shell, statfsScript(MARK, '/')).told.stdout).toMatch(/^0x[0-9a-f]+( \d+){6}\n$/);
    expect(through(shell, getScript(MARK, '/no/such/socket', '/info', 1)).told.stopped).toBe('M');
  });
});
