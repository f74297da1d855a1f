import { describe, expect, it } from 'vitest';
import { cleanLines, MAX_LINE, safeText } from '../../src/probes/clean.ts';
import { fc } from '../random-cases.ts';

const texts = (text: string): string[] => cleanLines(text, true).map((line) => line.text);

describe('safeText', () => {
  it('takes colours, titles, bidirectional marks, NULs and the byte-order mark away', () => {
    expect(safeText('\ufeff\u001b[31;1mERROR\u001b[0m \u001b]0;root@host\u0007f\u0000u\u202ell\u200b')).toBe(
      'ERROR full',
    );
    expect(safeText('\u009b31mred\u009b0m')).toBe('red');
  });
  it('loses only the introducer of a string that never ends', () => {
    expect(safeText('\u001b]no space left')).toBe('no space left');
  });
  it('keeps tabs and other scripts', () => {
    expect(safeText('memory\t5\tデバイス')).toBe('memory\t5\tデバイス');
  });
  it('never leaves an escape or control character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must be gone
        expect(/[\u0000-\u0008\u000e-\u001f\u007f-\u009f\u202a-\u202e]/.test(safeText(text))).toBe(false);
      }),
    );
  });
});

describe('cleanLines', () => {
  it('keeps the numbers of the lines as they were given', () => {
    expect(cleanLines('a\r\nb\n\nc\rd', true)).toEqual([
      { n: 1, text: 'a' },
      { n: 2, text: 'b' },
      { n: 3, text: '' },
      { n: 4, text: 'c' },
      { n: 5, text: 'd' },
    ]);
  });
  it('takes quoting, fences and tags away in pastes only', () => {
    expect(
      texts('> > df -h\n>> x\n```bash\n/dev/sda1 5G\n```\n~~~\n<pre>\n<b>Output of <code>docker info</code>:</b>'),
    ).toEqual(['df -h', 'x', '', '/dev/sda1 5G', '', '', '', 'Output of docker info:']);
    expect(cleanLines('> a', false)[0]?.text).toBe('> a');
  });
  it('keeps a tab behind a quote mark', () => {
    expect(texts('> \tdevid    1 size 10GiB')).toEqual(['\tdevid    1 size 10GiB']);
  });
  it('takes asterisks off cells and backticks off whole lines', () => {
    expect(texts('  thinpool vg twi-aot-D- 90.00g   **100.00** 0.14')).toEqual([
      '  thinpool vg twi-aot-D- 90.00g   100.00 0.14',
    ]);
    expect(texts('`Containers: 5')).toEqual(['Containers: 5']);
    expect(texts('`write /x: no space left on device`')).toEqual(['write /x: no space left on device']);
    expect(texts('run `df -h` and `df -i`')).toEqual(['run `df -h` and `df -i`']);
  });
  it('reads entities once, and odd spaces as spaces', () => {
    expect(texts('&lt;none&gt; &amp;lt; it&#39;s&nbsp;5\u00a0GB')).toEqual(["<none> &lt; it's 5 GB"]);
  });
  it('drops colours whose escape character was lost, not labels in brackets', () => {
    expect(texts('[0;31mfailed[0m')).toEqual(['failed']);
    expect(texts('[==================>] 91.44 MB')).toEqual(['[==================>] 91.44 MB']);
  });
  it('cuts a line of noise and leaves JSON whole', () => {
    expect(texts('x'.repeat(MAX_LINE + 10))[0]).toHaveLength(MAX_LINE);
    expect(texts(`{"a":"${'x'.repeat(MAX_LINE)}"}`)[0]?.endsWith('"}')).toBe(true);
  });
});
