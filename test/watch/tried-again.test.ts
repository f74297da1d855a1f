import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { openHistory } from '../../src/watch/history/history.ts';
import { triedAgain } from '../../src/watch/history/tried-again.ts';

const START = 1_800_000_000;

test('a history that could not be opened is opened later, and then written', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ullage-history-'));
  try {
    // something lies where its directory is to be
    writeFileSync(join(folder, 'state'), '');
    const path = join(folder, 'state', 'h.sqlite');
    const open = vi.fn(() => openHistory(path));
    const problem = await open().then(
      () => '',
      (error: Error) => error.message,
    );
    expect(problem).toMatch(/h\.sqlite/);
    const history = triedAgain(open, problem);
    const write = (minute: number) => history.write(START + minute * 60, new Map([['a', minute]]));
    for (let minute = 0; minute <= 10; minute++) {
      expect(write(minute)).toBe(problem);
      await Promise.allSettled(open.mock.results.map(({ value }) => value));
    }
    expect(history.read('a', START, START + 3600)).toEqual([]);
    // at first, and every five minutes
    expect(open).toHaveBeenCalledTimes(3);
    rmSync(join(folder, 'state'));
    expect(write(15)).toBe(problem);
    await open.mock.results.at(-1)?.value;
    expect(write(16)).toBeUndefined();
    expect(history.read('a', START, START + 3600).map(({ value }) => value)).toEqual([16]);
    expect(open).toHaveBeenCalledTimes(4);
    history.close();
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
