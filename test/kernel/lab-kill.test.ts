import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import { kernelSuite } from './ready.ts';
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

/**
 * The lab killed at any moment, in any way, leaves nothing behind: no process (found by a mark in its
 * environment), no loop device, no mount, no image.
 */
kernelSuite('the lab, killed', ['loop', 'dockerd', 'docker', 'containerd', 'runc', 'mkfs.ext4', 'setpriv'], () => {
  const moments: { signal: NodeJS.Signals; whom: 'npm' | 'lab' | 'everybody'; after: RegExp; wait: number }[] = [
    { signal: 'SIGKILL', whom: 'npm', after: /run container-log/, wait: 400 },
    { signal: 'SIGKILL', whom: 'npm', after: /kernel ready/, wait: 700 },
    { signal: 'SIGKILL', whom: 'lab', after: /make/, wait: 1500 },
    { signal: 'SIGKILL', whom: 'lab', after: /healthy/, wait: 300 },
    { signal: 'SIGKILL', whom: 'everybody', after: /broken/, wait: 0 },
    { signal: 'SIGTERM', whom: 'npm', after: /healthy/, wait: 0 },
    { signal: 'SIGINT', whom: 'everybody', after: /make/, wait: 2500 },
  ];

  test.each(moments)('$signal to $whom, $wait ms after $after', async ({ signal, whom, after, wait }) => {
    const mark = `ULLAGE_LAB_MARK=${randomBytes(8).toString('hex')}`;
    const before = leftovers();
    const [name = '', value] = mark.split('=');
    const child = spawn('npm', ['run', 'lab', '--', 'run', 'container-log', '--ground', 'kernel'], {
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, [name]: value },
    });
    await said(child, after);
    await sleep(wait);
    // all of them were there, or this shows nothing
    expect(marked(mark).length).toBeGreaterThan(0);
    // what runs in a container does not carry our mark
    const namespaces = namespacesBelow(marked(mark));
    if (whom === 'everybody') process.kill(-(child.pid ?? 0), signal);
    else if (whom === 'npm') child.kill(signal);
    else strike(marked(mark, 'lab/main.ts'), signal);
    for (let waited = 0; marked(mark).length > 0 && waited < 90_000; waited += 100) await sleep(100);
    expect(marked(mark).map(commandLine)).toEqual([]);
    const left = (): string[] => [
      ...processes()
        .filter((pid) => namespaces.has(linkOf(`/proc/${pid}/ns/pid`)))
        .map(commandLine),
      ...leftBehind(before),
    ];
    // loop devices let go when the kernel has taken the last mount down
    for (let waited = 0; left().length > 0 && waited < 90_000; waited += 100) await sleep(100);
    expect(left()).toEqual([]);
  });
});
