import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { isBuilt } from '../../lab/guest/image.ts';
import { recipes } from '../../lab/guest/recipe.ts';
import { kernelSuite, lacking } from './ready.ts';
import {
  commandLine,
  leftBehind,
  leftovers,
  linkOf,
  marked,
  namespacesBelow,
  processes,
  said,
  sleep,
  strike,
} from './support/leftovers.ts';

const needs = ['qemu-system-x86_64', 'setpriv', 'unshare', 'ssh'];

/** A lab whose incident is in a guest, killed: no QEMU is left, no disk, no process, no mount. */
if (lacking(needs) === undefined && !isBuilt(recipes.debian12))
  test.skip('the lab, killed with a guest: needs its image (npm run lab -- image debian12)', () => {});
else
  kernelSuite('the lab, killed with a guest', needs, () => {
    const moments: { during: string; whom: 'npm' | 'lab' | 'everybody'; after: RegExp | 'qemu'; wait: number }[] = [
      { during: 'boot', whom: 'npm', after: 'qemu', wait: 1500 },
      { during: 'make', whom: 'lab', after: /: make/, wait: 3000 },
      { during: 'make, its daemon at work', whom: 'everybody', after: /: make/, wait: 15_000 },
    ];

    test.each(moments)('during $during, $whom', async ({ whom, after, wait }) => {
      const mark = `ULLAGE_LAB_MARK=${randomBytes(8).toString('hex')}`;
      const before = leftovers();
      const [name = '', value] = mark.split('=');
      const child = spawn('npm', ['run', 'lab', '--', 'run', 'user-namespaces'], {
        detached: true,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: { ...process.env, [name]: value },
      });
      const qemu = (): number[] => marked(mark, 'qemu-system');
      const spoken = said(child, after === 'qemu' ? /run user-namespaces/ : after);
      await spoken;
      for (let waited = 0; qemu().length === 0 && waited < 120_000; waited += 100) await sleep(100);
      await sleep(wait);
      // a guest was there, or this shows nothing
      expect(qemu().length).toBeGreaterThan(0);
      const namespaces = namespacesBelow(marked(mark));
      expect(namespaces.size).toBeGreaterThan(0);

      if (whom === 'everybody') process.kill(-(child.pid ?? 0), 'SIGKILL');
      else if (whom === 'npm') child.kill('SIGKILL');
      else strike(marked(mark, 'lab/main.ts'), 'SIGKILL');

      for (let waited = 0; marked(mark).length > 0 && waited < 60_000; waited += 100) await sleep(100);
      expect(marked(mark).map(commandLine)).toEqual([]);
      const inThem = (): number[] => processes().filter((pid) => namespaces.has(linkOf(`/proc/${pid}/ns/pid`)));
      // what was killed takes a moment to give its memory back
      for (let waited = 0; inThem().length > 0 && waited < 60_000; waited += 100) await sleep(100);
      expect(inThem().map(commandLine)).toEqual([]);
      // loop devices let go when the kernel has taken the last mount down
      for (let waited = 0; leftBehind(before).length > 0 && waited < 60_000; waited += 100) await sleep(100);
      expect(leftBehind(before)).toEqual([]);
    });
  });
