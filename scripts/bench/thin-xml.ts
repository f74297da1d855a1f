import { closeSync, openSync, writeSync } from 'node:fs';
import { randomOf } from './tree.ts';

/** A pool like a busy Docker host's: many snapshots of few bases, each with some of its blocks written anew. */
export interface PoolShape {
  /** mapped blocks of all devices together, about */
  mappings: number;
  devices: number;
  bases: number;
  /** define what snapshots share once, which thin_restore 1.x turns into shared leaves, as the kernel makes them */
  shared: boolean;
}

/** Virtual blocks from `virtual` on, at data blocks from `data` on. */
interface Run {
  virtual: number;
  data: number;
  length: number;
  time: number;
}

/** Mappings of a leaf that is about 70 % full. */
const SECTION = 176;
/** Mean length of a run, and of the gaps between some of them. */
const RUN = 4.5;
const GAP = 20;
/** Part of a snapshot that was written anew, in neighbouring sections as writes come. */
const REWRITTEN = 0.08;
const CLUSTER = 6;

/** Writes thin_restore's XML; answers how many mappings it has. The same for the same shape. */
export function writeThinXml(path: string, shape: PoolShape): number {
  const random = randomOf(7);
  const length = (mean: number): number => Math.max(1, Math.ceil(Math.log(1 - random()) / Math.log(1 - 1 / mean)));
  const perDevice = Math.ceil(shape.mappings / shape.devices / SECTION);
  let next = 0;
  // several writers at once: the bases' sections are allocated in turns
  const bases = Array.from({ length: shape.bases }, () => ({ sections: [] as Run[][], at: 0 }));
  for (let s = 0; s < perDevice; s++) {
    for (const base of bases) {
      const section: Run[] = [];
      for (let mapped = 0; mapped < SECTION; ) {
        const run = Math.min(SECTION - mapped, length(RUN));
        base.at += random() < 0.5 ? 0 : length(GAP);
        section.push({ virtual: base.at, data: next, length: run, time: 1 });
        base.at += run;
        next += run;
        mapped += run;
      }
      base.sections.push(section);
    }
  }
  const fd = openSync(path, 'w');
  let text = '';
  const put = (line: string): void => {
    text += line;
    if (text.length < 2 ** 20) return;
    writeSync(fd, text);
    text = '';
  };
  const rewritten = Math.ceil(shape.mappings * REWRITTEN * 1.5);
  put(
    `<superblock uuid="" time="${shape.devices}" transaction="${shape.devices}" version="2" data_block_size="128" nr_data_blocks="${Math.ceil((next + rewritten) * 1.3)}">\n`,
  );
  const names = new Map<Run[], string>();
  if (shape.shared) {
    for (const section of bases.flatMap(({ sections }) => sections)) {
      names.set(section, `s${names.size}`);
      put(`<def name="${names.get(section)}">\n${lines(section)}</def>\n`);
    }
  }
  let mappings = 0;
  for (let id = 1; id <= shape.devices; id++) {
    const base = bases[id <= shape.bases ? id - 1 : Math.floor(random() * shape.bases)];
    const sections = [...(base?.sections ?? [])];
    for (let left = id <= shape.bases ? 0 : Math.round(perDevice * REWRITTEN * 2); left > 0; ) {
      const from = Math.floor(random() * sections.length);
      for (let i = from; i < Math.min(sections.length, from + CLUSTER) && left > 0; i++, left--) {
        const anew = (sections[i] ?? []).map((run) => {
          if (random() < 0.5) return run;
          next += run.length;
          return { ...run, data: next - run.length, time: id };
        });
        sections[i] = anew;
      }
    }
    const mapped = sections.length * SECTION;
    mappings += mapped;
    put(
      `<device dev_id="${id}" mapped_blocks="${mapped}" transaction="${id}" creation_time="${id}" snap_time="${id}">\n`,
    );
    for (const section of sections) {
      const name = names.get(section);
      put(name === undefined ? lines(section) : `<ref name="${name}"/>\n`);
    }
    put('</device>\n');
  }
  put('</superblock>\n');
  writeSync(fd, text);
  closeSync(fd);
  return mappings;
}

function lines(section: readonly Run[]): string {
  return section
    .map(({ virtual, data, length, time }) =>
      length === 1
        ? `<single_mapping origin_block="${virtual}" data_block="${data}" time="${time}"/>\n`
        : `<range_mapping origin_begin="${virtual}" data_begin="${data}" length="${length}" time="${time}"/>\n`,
    )
    .join('');
}
