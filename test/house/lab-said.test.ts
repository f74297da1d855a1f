import { expect, test } from 'vitest';
import { said } from '../../lab/said.ts';

test("a daemon's log line is told without its logger", () => {
  const logged =
    'time="2026-11-21T09:27:38.728396617Z" level=error msg="Failed to log msg \\"\\" for logger json-file: error writing log entry: write /c/1-json.log: no space left on device"';
  expect(said(logged)).toBe(
    'Failed to log msg "" for logger json-file: error writing log entry: write /c/1-json.log: no space left on device',
  );
});

test('with the error that stands in a field of its own', () => {
  const logged =
    'time="2026-11-21T09:27:38Z" level=error msg="stream copy error" error="open /x: no space left on device" module=libcontainerd';
  expect(said(logged)).toBe('stream copy error: open /x: no space left on device');
});

test('other text is told as it is, line by line', () => {
  const text =
    'docker: Error response from daemon: mkdir /a: no space left on device.\ntime="x" level=info msg=started';
  expect(said(text)).toBe('docker: Error response from daemon: mkdir /a: no space left on device.\nstarted');
});
