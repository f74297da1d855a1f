import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { incidents } from '../../lab/incidents/index.ts';
import { diagnose } from '../../src/causes/diagnose.ts';
import { causes } from '../../src/causes/index.ts';
import { captureHost } from '../../src/host/capture.ts';
import { factsOfCapture } from '../../src/probes/from-capture.ts';
import { probes } from '../../src/probes/index.ts';

const folder = 'test/captures';

/**
 * Captures that `npm run lab -- capture NAME` made inside incidents: what doctor said of the real host it
 * has to say of them as well, without a kernel or a daemon. They come from guests, so that they hold nothing
 * of the machine they were made on: made anew with `--ground vm`.
 */
describe.each(readdirSync(folder).filter((file) => file.endsWith('.tar.gz')))('%s', (file) => {
  const [, name, stage] = /^(.+)-(healthy|broken|healed)\.tar\.gz$/.exec(file) ?? [];
  const incident = incidents.find((one) => one.name === name);

  test('is of an incident, and small', () => {
    expect(incident).toBeDefined();
    expect(statSync(join(folder, file)).size).toBeLessThan(100 * 1024);
  });

  test(`is ${stage}, says doctor`, async () => {
    const capture = await captureHost(join(folder, file));
    const { facts, unknown } = factsOfCapture(capture.entries(), probes, [], capture.manifest.unknown);
    await capture.close();
    const { findings } = diagnose(facts, causes, 'host', unknown);
    const sure = findings.filter((finding) => finding.confidence === 'confirmed').map((finding) => finding.cause);
    if (stage === 'healthy') expect(findings.filter((finding) => finding.severity !== 'notice')).toEqual([]);
    else if (stage === 'broken') expect(incident?.causes).toContain(sure[0]);
    else for (const cause of incident?.causes ?? []) expect(sure).not.toContain(cause);
    if (stage === 'broken') expect(findings[0]?.cause).toBe(sure[0]);
  });
});
