import { podman } from '../tools/podman.ts';
import type { Probe } from './probe.ts';
import { shapes } from './shape.ts';
import { mayHoldUsageRows, usageFromJson, usageRows } from './usage-rows.ts';

/** `podman system df` as table or JSON. Podman measures every layer and volume for it: asked with --deep only. */
export const podmanSystemDf: Probe = {
  id: 'podman-system-df',
  title: 'podman system df',
  asks: (known) =>
    known.has('engine', (one) => one.engine === 'podman')
      ? [
          {
            kind: 'run',
            argv: podman.systemDf(),
            timeoutMs: 120_000,
            deep: true,
            what: "sizes of Podman's images, containers and volumes",
          },
        ]
      : [],
  recognises: (doc) => mayHoldUsageRows(doc.text),
  scan: (doc) => {
    // docker writes TotalCount where podman writes Total
    const json = doc.json.flatMap(({ value, line }) =>
      shapes(value).flatMap((row) => ('Total' in row ? usageFromJson(row, line, 'podman') : [])),
    );
    return [...usageRows(doc, 'podman'), ...json];
  },
};
