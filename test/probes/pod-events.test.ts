import { describe, expect, it } from 'vitest';
import type { PodEvent } from '../../src/probes/facts/engine.ts';
import { makeDocument } from '../../src/probes/make-document.ts';
import { podEvents } from '../../src/probes/pod-events.ts';
import { spent } from '../processor-time.ts';
import { fc } from '../random-cases.ts';

function read(text: string): PodEvent[] {
  const doc = makeDocument({ kind: 'paste' }, text);
  return podEvents.recognises(doc) ? podEvents.scan(doc).map((one) => one.value as PodEvent) : [];
}

describe('podEvents', () => {
  it('reads an eviction with its amounts', () => {
    expect(
      read(
        '  Warning  Evicted  18m (x2 over 20m)  kubelet, n4  The node was low on resource: ephemeral-storage. Threshold quantity: 2146223340, available: 1883424Ki.',
      ),
    ).toEqual([
      {
        reason: 'Evicted',
        message:
          'The node was low on resource: ephemeral-storage. Threshold quantity: 2146223340, available: 1883424Ki.',
        resource: 'ephemeral-storage',
        threshold: 2146223340,
        available: 1883424 * 1024,
      },
    ]);
  });
  it.each<[string, string]>([
    [
      'Warning EvictionThresholdMet 4m32s kubelet, minikube Attempting to reclaim ephemeral-storage',
      'EvictionThresholdMet',
    ],
    [
      '  DiskPressure  True  Mon, 01 Jan 2024 10:00:00  KubeletHasDiskPressure  kubelet has disk pressure',
      'KubeletHasDiskPressure',
    ],
    [
      'DiskPressure   False   Mon, 01 Jan 2024   KubeletHasNoDiskPressure   kubelet has no disk pressure',
      'KubeletHasNoDiskPressure',
    ],
    ['web-6d4cf56db6-x2x7k   0/1   Evicted   0   5d', 'Evicted'],
    ['Message:      The node was low on resource: imagefs.', 'Evicted'],
    ['Taints:  node.kubernetes.io/disk-pressure:NoSchedule', 'DiskPressureTaint'],
    ['Pod ephemeral local storage usage exceeds the total limit of containers 1Gi.', 'EphemeralLimitExceeded'],
    [
      'image_gc_manager.go:305] "Failed to garbage collect required amount of images" err="wanted to free 100 bytes, but freed 0 bytes"',
      'ImageGCFailed',
    ],
    [
      'eviction_manager.go:346] "Eviction manager: must evict pod(s) to reclaim" resourceName="ephemeral-storage"',
      'EvictionThresholdMet',
    ],
  ])('%j is %s', (text, reason) => {
    expect(read(text).map((one) => one.reason)).toEqual([reason]);
  });
  it('leaves headers and events of other things alone', () => {
    expect(
      read(
        '  Type     Reason   Age   From   Message\n  ----     ------   ----  ----   -------\n  Normal   Scheduled  14m  default-scheduler  Successfully assigned a/b to n1',
      ),
    ).toEqual([]);
  });
  it('never throws', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.constantFrom(
              'Warning  Evicted  ',
              '18m ',
              'low on resource: ',
              'available: ',
              '1e9Ki',
              '\n',
              'DiskPressure True',
            ),
            fc.string(),
          ),
        ),
        (parts) => void read(parts.join('')),
      ),
    );
  });
  it('is linear on blank lines', () => {
    const start = process.cpuUsage();
    read('\t\n'.repeat(200_000));
    expect(spent(start)).toBeLessThan(5000); // quadratic would be minutes
  });
});
