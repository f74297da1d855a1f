import { docker } from '../tools/docker.ts';
import { du } from '../tools/du.ts';
import type { Facts } from './fact.ts';
import { type Found, found } from './fact.ts';
import type { Ask, Probe } from './probe.ts';
import { runsOut } from './runs-out.ts';
import { argvOf, rows } from './undress.ts';
import { unnamedLayers } from './unnamed-layers.ts';

/** So many are measured: the rest adds little to what is wrong. */
const MOST = 40;
/** Twice as much is where an answer is cut off. */
const MOST_TEXT = 8 * 2 ** 20;

const DIRECTORY = /^(\d{1,12})\.?\d* d (\/\S{0,1000})\/overlay2\/(\S{1,100})$/;
const PID_FILE = /^(\d{1,12})\.?\d* f (\/\S{1,200}\.pid)$/;
const NAME = /^(\/\S{0,1000})\/image\/overlay2\/layerdb(?:\/\S{1,300}\/(?:cache|mount|init)-id:(\S{1,100}))?$/;

/**
 * Which directories the overlay2 driver has, and which of them Docker's layer store names. What it does not
 * name is measured. Asked where a disk runs out, or with --deep.
 */
export const layerDirectories: Probe = {
  id: 'layer-directories',
  title: '<root>/overlay2 against <root>/image/overlay2/layerdb',
  asks: (known) => {
    const deep = !runsOut(known);
    return rootsOf(known).flatMap((root): Ask[] => {
      const paths = unnamedLayers(known)
        .filter((layer) => layer.root === root)
        .map(({ path }) => path);
      return [
        {
          kind: 'run',
          argv: docker.layerDirectories(root),
          timeoutMs: 15_000,
          deep,
          optional: true,
          what: 'the directories of layers',
        },
        {
          kind: 'run',
          argv: docker.layerNames(root),
          timeoutMs: 15_000,
          deep,
          optional: true,
          what: 'which layers Docker knows',
        },
        ...(paths.length > 0
          ? [
              {
                kind: 'run' as const,
                argv: du.sizes(paths.slice(0, MOST)),
                timeoutMs: 30_000,
                deep,
                what: 'the size of layers without an owner',
              },
            ]
          : []),
      ];
    });
  },
  recognises: (doc) => argvOf(doc).includes('%T@ %y %p\\n') || argvOf(doc).includes('layerdb'),
  scan: (doc) => {
    // names of which a part is missing would make orphans of what has an owner
    const whole = doc.exitCode === 0 && doc.text.length < MOST_TEXT;
    return [...rows(doc)].flatMap(({ n, text }) => factOf(text, n, whole));
  },
};

function factOf(text: string, n: number, whole: boolean): Found[] {
  const directory = DIRECTORY.exec(text);
  if (directory) {
    const [, changed, root = '', name = ''] = directory;
    return [found('layer-directory', { root, name, changed: Number(changed) }, n)];
  }
  const pidFile = PID_FILE.exec(text);
  if (pidFile) return [found('pid-file', { path: pidFile[2] ?? '', changed: Number(pidFile[1]) }, n)];
  const named = NAME.exec(text);
  if (!named || !whole) return [];
  return [found('layer-name', { root: named[1] ?? '', ...(named[2] === undefined ? {} : { name: named[2] }) }, n)];
}

/** Data roots of Docker with this driver; the usual one where no daemon answers. */
function rootsOf(known: Facts): string[] {
  const engines = known.all('engine', (one) => one.engine === 'docker' && one.root !== undefined);
  if (engines.length === 0) return ['/var/lib/docker'];
  return [...new Set(engines.flatMap(({ value }) => (value.driver === 'overlay2' ? [value.root ?? ''] : [])))];
}
