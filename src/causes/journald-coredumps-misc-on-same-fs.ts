import { type Cause, type Draft, evidence } from './cause.ts';
import { scoreOf, weigh } from './help/consumer.ts';
import { GIB, size } from './help/format.ts';

/** Directories outside of the engines that are known to grow; most particular first. */
const GROWING: [RegExp, string][] = [
  [/^\/(?:var|run)\/log\/journal(?:\/|$)/, 'the systemd journal'],
  [/^\/var\/lib\/systemd\/coredump\/?$/, 'core dumps'],
  [/^\/var\/(?:crash|lib\/apport(?:\/coredump)?)\/?$/, 'crash dumps'],
  [/^\/var\/cache(?:\/(?:apt|dnf|yum|pacman)(?:\/.*)?)?\/?$/, 'package caches'],
  [/^\/var\/lib\/snapd(?:\/.*)?\/?$/, 'snaps'],
  [/^\/var\/lib\/docker\/swarm(?:\/raft)?\/?$/, 'the swarm log'],
  [/^\/var\/log\/?$/, 'logs of the host'],
];

export const journaldCoredumpsMiscOnSameFs: Cause = {
  id: 'journald-coredumps-misc-on-same-fs',
  title: 'Something other than containers fills the same file system',
  severity: 'notice',
  prevalence: 'A',
  about:
    'The journal, core dumps, crash reports and package caches share the file system with the data root on many hosts. A container that crashes in a loop can leave gigabytes of core dumps. ' +
    'They are also the quickest place to free a few hundred megabytes when the engine itself cannot remove anything any more.',
  confirm: 'journalctl --disk-usage; du -xsh of /var/lib/systemd/coredump, /var/crash, /var/cache.',
  lookAlikes: [{ cause: 'json-file-log-growth', tell: 'the logs lie below the data root' }],
  nextCheck: { run: 'journalctl --disk-usage', why: 'shows what the journal takes' },
  remedies: ['journal-vacuum', 'clean-core-dumps'],
  sources: ['journald.conf(5) SystemMaxUse', 'coredump.conf(5)'],
  explains: ['plain-fs-full'],
  find(scene) {
    const seen = new Set<string>();
    return scene.facts
      .all('directory-size')
      .sort((a, b) => b.value.bytes - a.value.bytes)
      .flatMap((fact): Draft[] => {
        const what = GROWING.find(([path]) => path.test(fact.value.path))?.[1];
        if (what === undefined || fact.value.bytes < GIB || seen.has(what)) return [];
        seen.add(what);
        const weight = weigh(scene, fact.value.bytes, fact.value.path);
        // the journal keeps 4 GiB by default: that is no growth unless space is short
        if (scene.from === 'host' && fact.value.bytes < 5 * GIB && weight.severity === 'notice') return [];
        return [
          {
            confidence:
              weight.confidence === 'confirmed'
                ? 'confirmed'
                : scene.from === 'text' && (weight.share ?? 0) < 0.2
                  ? 'possible'
                  : 'likely',
            severity: weight.severity,
            subject: fact.value.path,
            evidence: [evidence(fact, `${what}: ${size(fact.value.bytes)}`)],
            explanation: `${fact.value.path} (${what}) holds ${size(fact.value.bytes)}${weight.words ? `, ${weight.words}` : ''}.`,
            score: scoreOf(weight.share, 35),
          },
        ];
      })
      .slice(0, 3);
  },
};
