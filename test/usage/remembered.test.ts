import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { UsageDocument } from '../../src/usage/document.ts';
import { lookAtPaths } from '../../src/usage/look.ts';
import type { Memory } from '../../src/usage/look-options.ts';
import { makeDocument } from '../../src/usage/make-document.ts';
import { FakeDocker, randomFrom } from './engine.ts';

const STATES = Number(process.env['ULLAGE_STATES'] ?? 12);

test('a second run says what a first one would say, whatever happened between', { timeout: 3_600_000 }, async () => {
  const home = mkdtempSync(join(tmpdir(), 'ullage-remembered-'));
  const random = randomFrom(77);
  const docker = new FakeDocker(join(home, 'docker'), random);
  const memory: Memory = { directory: join(home, 'cache'), keepBefore: () => Number.POSITIVE_INFINITY };
  const look = async (remembering?: Memory): Promise<UsageDocument> =>
    makeDocument(
      await lookAtPaths([docker.root], { now: Date.now(), ...(remembering ? { memory: remembering } : {}) }),
      0,
    );
  try {
    let reused = 0;
    for (let state = 0; state < STATES; state++) {
      const chance = random(10);
      const steps =
        state < 2 || chance < 3
          ? docker.pull(1 + random(3))
          : chance < 6
            ? docker.run()
            : chance < 8
              ? docker.remove()
              : docker.prune();
      for (const step of steps.slice(0, random(4) ? steps.length : random(steps.length))) step();
      for (const { id, mount } of docker.containers) {
        mkdirSync(join(docker.layer(mount), 'diff'), { recursive: true });
        appendFileSync(join(docker.layer(mount), 'diff', 'grows'), 'x'.repeat(random(9000)));
        appendFileSync(join(docker.root, 'containers', id, `${id}-json.log`), 'x'.repeat(random(9000)));
      }
      // by hand, past the engine: a 3 a.m. cure
      const layer = readdirSync(join(docker.root, 'overlay2')).find((name) => name !== 'l') ?? '';
      if (random(5) === 0) rmSync(join(docker.layer(layer), 'diff', 'file'), { force: true });
      if (random(5) === 0) writeFileSync(join(docker.layer(layer), 'diff', `more${state}`), 'x'.repeat(random(9000)));
      // what changed just now is not judged
      await new Promise((resolve) => setTimeout(resolve, 50));
      const found = await look(memory);
      const plain = await look();
      reused += found.sources[0]?.reused?.layers ?? 0;
      for (const source of found.sources) delete source.reused;
      expect(found).toEqual(plain);
    }
    expect(reused).toBeGreaterThan(STATES);
    // and by default nothing is kept that changed a moment ago
    docker.age(0);
    expect((await look({ directory: join(home, 'other') })).sources[0]?.reused).toBeUndefined();
    expect((await look({ directory: join(home, 'other') })).sources[0]?.reused).toBeUndefined();
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
});
