import { type Cause, type Draft, evidence } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { rootOf, usageRows } from './help/engines.ts';
import { GIB, size } from './help/format.ts';

export const containerWritableLayerGrowth: Cause = {
  id: 'container-writable-layer-growth',
  title: 'Containers have written much into their own layers',
  severity: 'warning',
  prevalence: 'A',
  about:
    'What a container writes outside of volumes stays in its writable layer on the data root, until the container is removed. ' +
    'Databases, uploads, caches and core dumps that were meant for a volume end there; stopped containers keep theirs.',
  confirm: 'docker ps -as shows a size of gigabytes before "virtual".',
  lookAlikes: [
    { cause: 'json-file-log-growth', tell: 'docker ps -s does not count logs' },
    { cause: 'volumes-orphaned', tell: 'the space is below volumes/' },
  ],
  nextCheck: {
    run: 'docker ps -as',
    why: 'shows what each container has written (takes a while: it walks the layers)',
  },
  remedies: ['docker-container-prune', 'move-data-to-volume'],
  prevention: 'Write to volumes; --read-only with --tmpfs for the rest; a size limit for containers.',
  sources: ['docs.docker.com: docker ps --size', 'moby API SizeRw'],
  explains: ['plain-fs-full'],
  find(scene) {
    const big = scene.facts
      .all('container', (container) => (container.writable ?? 0) >= GIB)
      .sort((a, b) => (b.value.writable ?? 0) - (a.value.writable ?? 0))
      .slice(0, 3)
      .map((fact): Draft => {
        const bytes = fact.value.writable ?? 0;
        const weight = weigh(scene, bytes, rootOf(scene, fact.value.engine));
        const stopped = fact.value.state !== undefined && /exited|dead|created/.test(fact.value.state);
        return {
          confidence: weight.confidence,
          severity: weight.severity,
          subject: fact.value.name ?? fact.value.id.slice(0, 12),
          evidence: [evidence(fact, `${size(bytes)} in its writable layer`)],
          explanation: `Container ${fact.value.name ?? fact.value.id.slice(0, 12)}${stopped ? ', which is stopped,' : ''} has written ${size(bytes)} into its own layer${weight.words ? `, ${weight.words}` : ''}.`,
          score: scoreOf(weight.share, 65),
        };
      });
    if (big.length > 0) return big;
    return usageRows(scene, 'containers').flatMap((row): Draft[] => {
      if (row.value.size < GIB || row.partOfTable < (scene.from === 'text' ? 0.4 : 0.1)) return [];
      const weight = weigh(scene, row.value.size, rootOf(scene, row.value.engine));
      // a table whose reclaimable space lies elsewhere points there first
      const main = row.partOfTable >= 0.5;
      return [
        {
          confidence: main ? weight.confidence : 'possible',
          severity: weight.severity,
          subject: 'containers',
          evidence: [evidence(row.fact, `containers hold ${size(row.value.size)}`)],
          explanation: `The writable layers of ${row.value.total ?? 'all'} containers hold ${size(row.value.size)}${weight.words ? `, ${weight.words}` : ''}.`,
          score: scoreOf(Math.max(row.partOfTable - 0.2, weight.share ?? 0), 45),
        },
      ];
    });
  },
};
