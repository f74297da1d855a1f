import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { metadataBlocks } from '../../src/formats/dm-thin/blocks.ts';
import { readDevices } from '../../src/formats/dm-thin/devices.ts';
import { thinDevice } from '../../src/formats/dm-thin/thin-device.ts';
import type { ThinCheck, ThinList } from '../../src/rescue/thin/documents.ts';
import { openThinSource } from '../../src/rescue/thin/open-pool.ts';
import { makePool } from '../formats/dm-thin/pools.ts';
import { type WrittenDevice, writePool } from '../formats/dm-thin/writer.ts';
import { kernelSuite } from './ready.ts';
import { must } from './support/loops.ts';

/** thin-provisioning-tools 1.x, where scripts/bench/newer-peers.sh has brought it: it alone writes shared leaves. */
const newer = spawnSync('bash', ['scripts/bench/newer-peers.sh', 'thin-provisioning-tools'], {
  encoding: 'utf8',
  timeout: 120_000,
});
const NEWER = newer.status === 0 ? newer.stdout.trim() : undefined;
const ULLAGE = [process.execPath, '--import', 'tsx', 'test/kernel/support/ullage.ts'];
const COLUMNS = 'DEV,MAPPED_BLOCKS,EXCLUSIVE_BLOCKS,SHARED_BLOCKS';

kernelSuite(
  'thin pools, against thin-provisioning-tools',
  ['thin_restore', 'thin_check', 'thin_ls', 'thin_dump'],
  () => {
    let home: string;
    beforeAll(() => {
      home = mkdtempSync(join(tmpdir(), 'ullage-thin-'));
    });
    afterAll(() => rmSync(home, { recursive: true, force: true }));

    const blank = (name: string, size = 32 * 2 ** 20): string => {
      const path = join(home, name);
      writeFileSync(path, '');
      truncateSync(path, size);
      return path;
    };
    const ullage = (...argv: string[]) =>
      spawnSync(ULLAGE[0] ?? '', [...ULLAGE.slice(1), ...argv], { encoding: 'utf8', maxBuffer: 2 ** 28 });
    const listed = (path: string): string[] => {
      const list = JSON.parse(ullage('thin', 'ls', path, '--json').stdout) as ThinList;
      return list.devices.map(({ id, mapped, exclusive, shared }) => `${id} ${mapped} ${exclusive} ${shared}`);
    };
    const peersList = (...argv: string[]): string[] =>
      must(...argv, '--no-headers', '-o', COLUMNS)
        .trim()
        .split('\n')
        .map((line) => line.trim().split(/\s+/).join(' '));

    /** XML of a pool; `share`: what is equal in two devices is defined once, which 1.x turns into shared leaves. */
    const xmlOf = (devices: readonly WrittenDevice[], share: boolean): string => {
      const parts = new Map<string, string>();
      const body = devices.map(({ id, mappings }) => {
        const lines: string[] = [];
        for (let i = 0; i < mappings.length; i += 100) {
          const text = mappings
            .slice(i, i + 100)
            .map(([v, d, t]) => `<single_mapping origin_block="${v}" data_block="${d}" time="${t}"/>`)
            .join('\n');
          if (share && !parts.has(text)) parts.set(text, `d${parts.size}`);
          lines.push(share ? `<ref name="${parts.get(text)}"/>` : text);
        }
        return `<device dev_id="${id}" mapped_blocks="${mappings.length}" transaction="${id}" creation_time="1" snap_time="2">\n${lines.join('\n')}\n</device>`;
      });
      const defs = [...parts].map(([text, name]) => `<def name="${name}">\n${text}\n</def>`);
      return `<superblock uuid="" time="9" transaction="3" version="2" data_block_size="128" nr_data_blocks="40000">\n${[...defs, ...body].join('\n')}\n</superblock>\n`;
    };

    /** A base with many blocks and snapshots that rewrote some of it. */
    const manyDevices = (): WrittenDevice[] => {
      const base = Array.from({ length: 3000 }, (_, i): [number, number, number] => [i * 2, i, 0]);
      return Array.from({ length: 12 }, (_, d) => ({
        id: d + 1,
        mappings: base.map(([v, data, time], i): [number, number, number] =>
          i >= d * 50 && i < d * 70 ? [v, 4000 + d * 500 + (i - d * 50), d] : [v, data, time],
        ),
      }));
    };

    const agree = (path: string, tools: readonly string[]): void => {
      const before = sha(path);
      expect(listed(path)).toEqual(peersList(...tools, 'thin_ls', path));
      const check = ullage('thin', 'check', path, '--json');
      const document = JSON.parse(check.stdout) as ThinCheck;
      expect(document).toMatchObject({
        state: 'healthy',
        damage: [],
        dataMap: { low: 0, leaked: 0 },
        metadataMap: { low: 0, leaked: 0 },
      });
      expect(check.status).toBe(0);
      must(...tools, 'thin_check', '-q', path);
      expect(sha(path)).toBe(before);
    };

    test('what thin_restore 0.9 writes is read as thin_ls, thin_check and thin_dump read it', () => {
      const xml = join(home, 'plain.xml');
      writeFileSync(xml, xmlOf(manyDevices(), false));
      const path = blank('plain');
      must('thin_restore', '-i', xml, '-o', path);
      agree(path, []);
      expect(ullage('thin', 'dump', path).stdout).toBe(must('thin_dump', path));
      if (NEWER) agree(path, [NEWER]);
    });

    test.skipIf(!NEWER)('shared leaves, as thin_restore 1.x writes them', () => {
      const xml = join(home, 'shared.xml');
      writeFileSync(xml, xmlOf(manyDevices(), true));
      const path = blank('shared');
      must(NEWER ?? '', 'thin_restore', '-q', '-i', xml, '-o', path);
      agree(path, [NEWER ?? '']);
      expect(ullage('thin', 'dump', path).stdout).toBe(must('thin_dump', path));
    });

    test('what is dumped can be restored, and is dumped the same again', () => {
      const { options } = makePool(77, 8, 252, true, 250);
      const path = join(home, 'written');
      writeFileSync(path, writePool(options));
      must('thin_check', '-q', path); // the tests' own writer writes what the tools take
      const dump = ullage('thin', 'dump', path);
      expect(dump.status).toBe(0);
      const xml = join(home, 'written.xml');
      writeFileSync(xml, dump.stdout);
      for (const tools of NEWER ? [[], [NEWER]] : [[]]) {
        const again = blank('again');
        must(...tools, 'thin_restore', '-i', xml, '-o', again);
        must(...tools, 'thin_check', '-q', again);
        expect(ullage('thin', 'dump', again).stdout).toBe(dump.stdout);
      }
    });

    test('damage that thin_check finds is found, and what is left can be restored', () => {
      const xml = join(home, 'damaged.xml');
      writeFileSync(xml, xmlOf(manyDevices(), false));
      const path = blank('damaged');
      must('thin_restore', '-i', xml, '-o', path);
      const image = readFileSync(path);
      let leaf = 0; // the first leaf of mappings
      for (let at = 4096; at < image.length && leaf === 0; at += 4096)
        if (image.readUInt32LE(at + 4) === 2 && image.readUInt32LE(at + 24) === 8 && image.readUInt32LE(at + 16) > 50)
          leaf = at;
      image.writeUInt8(image.readUInt8(leaf + 100) ^ 4, leaf + 100);
      writeFileSync(path, image);
      expect(spawnSync('thin_check', ['-q', path]).status).not.toBe(0);
      expect(ullage('thin', 'check', path).status).toBe(2);
      const dump = ullage('thin', 'dump', path);
      expect(dump.status).toBe(2);
      expect(dump.stderr).toMatch(/checksum does not match.*device \d+, blocks \d+-\d+ lost/);
      const rest = join(home, 'rest.xml');
      writeFileSync(rest, dump.stdout);
      const again = blank('rest');
      must('thin_restore', '-i', rest, '-o', again);
      must('thin_check', '-q', again);
    });

    test('a pool whose superblock is gone: the roots it is told of lead to all of it', () => {
      const path = blank('lost');
      const xml = join(home, 'plain.xml');
      must('thin_restore', '-i', xml, '-o', path);
      const whole = listed(path);
      const fd = openSync(path, 'r+');
      writeSync(fd, Buffer.alloc(4096), 0, 4096, 0);
      closeSync(fd);
      const refused = ullage('thin', 'ls', path);
      expect(refused.status).toBe(3);
      const [, roots = ''] = /--roots (\d+,\d+)/.exec(refused.stderr) ?? [];
      const list = JSON.parse(
        ullage('thin', 'ls', path, '--roots', roots, '--block-size', '65536', '--json').stdout,
      ) as ThinList;
      expect(list.devices.map(({ id, mapped, exclusive, shared }) => `${id} ${mapped} ${exclusive} ${shared}`)).toEqual(
        whole,
      );
    });
  },
);

kernelSuite(
  'a thin pool in LVM, read from its disks',
  ['loop', 'vgcfgrestore', 'pvcreate', 'thin_restore', 'thin_ls', 'sfdisk'],
  () => {
    const EXTENT = 4 * 2 ** 20;
    const START = 2 ** 20;
    const STRIPE = 64 * 1024;
    let home: string;
    const loops: string[] = [];
    const images: string[] = [];

    beforeAll(() => {
      home = mkdtempSync(join(tmpdir(), 'ullage-lvm-'));
      for (const n of [0, 1]) {
        const image = join(home, `pv${n}`);
        writeFileSync(image, '');
        truncateSync(image, 100 * 2 ** 20);
        images.push(image);
        loops.push(must('losetup', '-f', '--show', image).trim());
      }
      const filter = [...loops.map((loop) => `"a|^${loop}$|"`), '"r|.*|"'].join(',');
      const config = `devices{filter=[${filter}] use_devicesfile=0} backup{backup=0 archive=0} activation{udev_sync=0 udev_rules=0 verify_udev_operations=0}`;
      const lvm = (program: string, ...argv: string[]): string => must(program, '--config', config, ...argv);
      lvm('pvcreate', '-q', ...loops);
      lvm('vgcreate', '-q', 'uvg', ...loops);
      const text = join(home, 'uvg.txt');
      lvm('vgcfgbackup', '-q', '-f', text, 'uvg');
      // volumes cannot be made without device-mapper, but LVM writes the text that it is given
      const own = readFileSync(text, 'utf8').trimEnd();
      writeFileSync(text, `${own.slice(0, -1)}${volumes()}\n}\n`);
      lvm('vgcfgrestore', '-q', '--force', '-f', text, 'uvg');
      for (const loop of loops.splice(0)) must('losetup', '-d', loop);
    });
    afterAll(() => {
      for (const loop of loops) spawnSync('losetup', ['-d', loop]);
      rmSync(home, { recursive: true, force: true });
    });

    /** Metadata: extents 3-4 of the second disk, then 1 of the first. Data: striped over both from extent 6. */
    function volumes(): string {
      const lv = (name: string, n: number, segments: string, visible = ''): string =>
        `${name} {\nid = "AAAAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAAA${n}"\nstatus = ["READ", "WRITE"${visible}]\nflags = []\nsegment_count = ${segments.split('start_extent').length - 1}\n${segments}\n}`;
      const striped = (n: number, start: number, count: number, stripes: string, size = ''): string =>
        `segment${n} {\nstart_extent = ${start}\nextent_count = ${count}\ntype = "striped"\nstripe_count = ${stripes.split('pv').length - 1}\n${size}\nstripes = [\n${stripes}\n]\n}`;
      return `logical_volumes {
${lv('pool', 1, 'segment1 {\nstart_extent = 0\nextent_count = 8\ntype = "thin-pool"\nmetadata = "pool_tmeta"\npool = "pool_tdata"\ntransaction_id = 3\nchunk_size = 128\ndiscards = "passdown"\nzero_new_blocks = 1\n}')}
${lv('home', 2, 'segment1 {\nstart_extent = 0\nextent_count = 100\ntype = "thin"\nthin_pool = "pool"\ntransaction_id = 1\ndevice_id = 1\n}', ', "VISIBLE"')}
${lv('pool_tmeta', 3, `${striped(1, 0, 2, '"pv1", 3')}\n${striped(2, 2, 1, '"pv0", 1')}`)}
${lv('pool_tdata', 4, striped(1, 0, 8, '"pv0", 6,\n"pv1", 6', 'stripe_size = 128'))}
}`;
    }

    test('metadata, names, sizes and bytes of a thin volume', () => {
      const metadata = join(home, 'metadata');
      writeFileSync(metadata, '');
      truncateSync(metadata, 3 * EXTENT);
      const xml = join(home, 'pool.xml');
      writeFileSync(
        xml,
        '<superblock uuid="" time="0" transaction="3" version="2" data_block_size="128" nr_data_blocks="512">\n<device dev_id="1" mapped_blocks="6" transaction="1" creation_time="0" snap_time="0">\n<range_mapping origin_begin="4" data_begin="30" length="6" time="0"/>\n</device>\n</superblock>\n',
      );
      must('thin_restore', '-i', xml, '-o', metadata);
      const bytes = readFileSync(metadata);
      put(1, START + 3 * EXTENT, bytes.subarray(0, 2 * EXTENT));
      put(0, START + EXTENT, bytes.subarray(2 * EXTENT));
      // blocks of data are as large as stripes: block n is stripe n
      const block = (n: number): Buffer => Buffer.alloc(STRIPE, createHash('sha256').update(`block ${n}`).digest());
      for (let n = 30; n < 36; n++) put(n % 2, START + 6 * EXTENT + Math.floor(n / 2) * STRIPE, block(n));

      const source = openThinSource({ sources: images });
      try {
        expect(source.damage).toEqual([]);
        expect([...source.names]).toEqual([[1, { name: 'uvg/home', size: 100 * EXTENT }]]);
        const [entry] = readDevices(metadataBlocks(source.metadata), source.superblock, []);
        if (!source.data) throw new Error('no data device');
        const device = thinDevice({
          metadata: source.metadata,
          data: source.data,
          id: 1,
          root: entry?.root ?? 0,
          blockSize: source.superblock.blockSize,
          dataBlocks: source.superblock.data.blocks,
          size: 100 * EXTENT,
        });
        const read = new Uint8Array(8 * STRIPE);
        device.readInto(read, 3 * STRIPE);
        const wanted = Buffer.concat([
          Buffer.alloc(STRIPE),
          ...[30, 31, 32, 33, 34, 35].map(block),
          Buffer.alloc(STRIPE),
        ]);
        expect(Buffer.compare(wanted, read)).toBe(0);
      } finally {
        source.close();
      }
    });

    test('without one of its disks the error says which is missing', () => {
      const one = spawnSync(ULLAGE[0] ?? '', [...ULLAGE.slice(1), 'thin', 'ls', images[0] ?? ''], { encoding: 'utf8' });
      expect(one.status).toBe(3);
      expect(one.stderr).toMatch(/physical volume is missing.*pv1/);
    });

    test('a disk whose partition is the physical volume', () => {
      const disks = images.map((image, n) => {
        const disk = join(home, `disk${n}`);
        writeFileSync(disk, '');
        truncateSync(disk, 104 * 2 ** 20);
        const table = spawnSync('sfdisk', ['-q', disk], {
          input: `label: ${n === 0 ? 'gpt' : 'dos'}\nstart=2048, size=204800\n`,
          encoding: 'utf8',
        });
        if (table.status !== 0) throw new Error(table.stderr);
        const fd = openSync(disk, 'r+');
        writeSync(fd, readFileSync(image), 0, 100 * 2 ** 20, 2 ** 20);
        closeSync(fd);
        return disk;
      });
      const list = spawnSync(ULLAGE[0] ?? '', [...ULLAGE.slice(1), 'thin', 'ls', ...disks, '--json'], {
        encoding: 'utf8',
      });
      expect((JSON.parse(list.stdout) as ThinList).devices).toMatchObject([
        { id: 1, name: 'uvg/home', mapped: 6, exclusive: 6 },
      ]);
    });

    function put(pv: number, at: number, bytes: Uint8Array): void {
      const fd = openSync(images[pv] ?? '', 'r+');
      writeSync(fd, bytes, 0, bytes.length, at);
      closeSync(fd);
    }
  },
);

function sha(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}
