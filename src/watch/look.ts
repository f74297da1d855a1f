import type { Finding } from '../causes/cause.ts';
import type { Report } from '../causes/report.ts';
import type { Host } from '../host/host.ts';
import { UllageError } from '../host/host.ts';
import type { Headroom, Layer, Resource } from '../stack/layer.ts';

/** The machine at one time, as the doctor saw it. */
export interface Look {
  /** seconds since 1970, its middle: a look may take long, and its figures are of no moment in particular */
  at: number;
  /** when all of it was asked, where that is not `at`: since then nothing moved in a `Pulse` for which it is asked again */
  wholeAt?: number;
  seconds: number;
  host: Report['host'];
  layers: Layer[];
  headroom: Headroom[];
  findings: Finding[];
}

/**
 * Looks once, beginning `now` (ms since 1970), through a doctor of its own that ends with the look: what it needs of memory is given
 * back, and storage that hangs it cannot hang the watch. @throws UllageError when it did not answer
 */
export async function lookOnce(host: Host, doctor: readonly string[], timeoutMs: number, now: number): Promise<Look> {
  const started = performance.now();
  const ran = await host.run(doctor, { timeoutMs: timeoutMs + 10_000, maxBytes: 64 * 2 ** 20 });
  let report: Report;
  try {
    report = JSON.parse(ran.stdout) as Report;
  } catch {
    const said = ran.timedOut ? 'it did not end in time' : (ran.stderr.trim().split('\n').at(-1) ?? '').slice(0, 300);
    throw new UllageError('the doctor gave no report', doctor.join(' '), said || `exit ${ran.exitCode ?? 'by signal'}`);
  }
  const { stack, headroom, findings } = report;
  const seconds = (performance.now() - started) / 1000;
  return {
    at: Math.floor(now / 1000 + seconds / 2),
    seconds,
    host: report.host,
    layers: stack,
    headroom,
    findings,
  };
}

/** A resource's name within its layer: those that a layer has several of (one for each device) carry which. */
export function resourceName(resource: Resource): string {
  return resource.name === 'unallocated' && resource.detail ? `${resource.name} ${resource.detail}` : resource.name;
}

/** Resources that can run out; the others are limits of those. */
export function canRunOut(resource: Resource): boolean {
  return resource.free !== undefined && resource.name !== 'global reserve' && resource.name !== 'root reserve';
}

export const headroomSeries = (consumer: string): string => `headroom\t${consumer}`;
export const resourceSeries = (what: 'free' | 'used', layer: string, resource: string): string =>
  `${what}\t${layer}\t${resource}`;

/** What is kept of a look: by the name of its series. */
export function figuresOf(look: Look): Map<string, number> {
  const figures = new Map<string, number>();
  for (const { consumer, bytes } of look.headroom)
    if (bytes !== undefined) figures.set(headroomSeries(consumer), bytes);
  for (const layer of look.layers)
    for (const resource of layer.resources) {
      const name = resourceName(resource);
      if (canRunOut(resource) && resource.free !== undefined)
        figures.set(resourceSeries('free', layer.id, name), resource.free);
      if (resource.used !== undefined) figures.set(resourceSeries('used', layer.id, name), resource.used);
    }
  return figures;
}
