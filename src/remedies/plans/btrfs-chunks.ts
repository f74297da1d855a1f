import type { Ran } from '../../host/host.ts';
import type { Look } from '../../plan/draft.ts';
import { btrfsProfile, dataStripes } from '../../stack/btrfs-profiles.ts';
import { btrfs } from '../../tools/btrfs.ts';
import { ask } from './planned.ts';

/** One chunk. Bytes; `length` and `used` are logical. */
export interface Chunk {
  type: 'data' | 'metadata' | 'system' | 'mixed';
  /** single, dup, raid1 … */
  profile: string;
  /** logical address; absent where it was not told */
  start?: number;
  length: number;
  used: number;
  /** where its copies lie: device id and first byte there */
  stripes: { devid: number; at: number }[];
}

/**
 * The chunks with what is used of each: from the kernel's own trees through Perl (TREE_SEARCH,
 * exact), else from btrfs-progs' list-chunks (6.8 and later). Undefined where neither answers.
 */
export function* chunksOf(mount: string): Generator<Look, Chunk[] | undefined, Ran> {
  const searched = yield* ask(['perl', '-e', SEARCH, mount], 60_000);
  if (searched.exitCode === 0 && searched.stdout.trim() !== '') return searchedChunks(searched.stdout);
  const listed = yield* ask(btrfs.listChunks(mount), 60_000);
  if (listed.exitCode !== 0) return undefined;
  const chunks = listedChunks(listed.stdout);
  return chunks.length > 0 ? chunks : undefined;
}

/**
 * Prints `start length flags used devid:offset,…` for each chunk. Chunk items (228) stand in tree 3 under
 * FIRST_CHUNK_TREE_OBJECTID 256, block group items (192) in tree 11 where the file system has one, else
 * scattered in the extent tree 2, where each is asked for by its key (uapi/linux/btrfs_tree.h). The
 * ioctl's number is _IOWR(0x94, 17, 4096 bytes) as all but MIPS, PowerPC and SPARC build it.
 */
const SEARCH = `use strict;
my ($mount) = @ARGV;
sysopen(my $at, $mount, 0) or die "$mount: $!\\n";
sub search {
  my ($tree, $from, $to, $type, $offset, $each) = @_;
  for (;;) {
    my $args = pack('Q7L4Q4', $tree, $from, $to, $offset, ~0, 0, ~0, $type, $type, 4096, 0, 0, 0, 0, 0) . "\\0" x 3992;
    ioctl($at, 0xD0009411, $args) or die "$mount: $!\\n";
    my $count = unpack('L', substr($args, 64, 4)) or return;
    my $place = 104;
    for (1 .. $count) {
      my ($id, $key, $kind, $length) = unpack('x8QQLL', substr($args, $place, 32));
      $each->($id, $key, substr($args, $place + 32, $length)) if $kind == $type;
      $place += 32 + $length;
      ($from, $offset) = ($id, $key + 1);
    }
  }
}
my (@chunks, %used);
search(3, 256, 256, 228, 0, sub {
  my ($length, $flags, $stripes) = unpack('Q<x16Q<x12S<', $_[2]);
  my @on = map { join(':', unpack('Q<Q<', substr($_[2], 48 + 32 * $_, 16))) } 0 .. $stripes - 1;
  push @chunks, [$_[1], $length, $flags, join(',', @on)];
});
eval { search(11, 0, ~0, 192, 0, sub { $used{$_[0]} = unpack('Q<', $_[2]) }) };
for (@chunks) {
  my ($start, $length, $flags, $on) = @$_;
  search(2, $start, $start, 192, 0, sub { $used{$start} = unpack('Q<', $_[2]) }) unless exists $used{$start};
  print join(' ', $start, $length, $flags, $used{$start}, $on), "\\n" if exists $used{$start};
}`;

/** BTRFS_BLOCK_GROUP_* (uapi/linux/btrfs_tree.h) */
const PROFILES: readonly [number, string][] = [
  [1 << 3, 'raid0'],
  [1 << 4, 'raid1'],
  [1 << 5, 'dup'],
  [1 << 6, 'raid10'],
  [1 << 7, 'raid5'],
  [1 << 8, 'raid6'],
  [1 << 9, 'raid1c3'],
  [1 << 10, 'raid1c4'],
];

function searchedChunks(text: string): Chunk[] {
  return text
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [, start, length, flags, used, on] = /^(\d+) (\d+) (\d+) (\d+) ([\d:,]+)$/.exec(line.trim()) ?? [];
      if (length === undefined || on === undefined) return [];
      const bits = Number(flags);
      return [
        {
          type: (bits & 5) === 5 ? 'mixed' : bits & 1 ? 'data' : bits & 4 ? 'metadata' : 'system',
          profile: PROFILES.find(([bit]) => bits & bit)?.[1] ?? 'single',
          start: Number(start),
          length: Number(length),
          used: Number(used),
          stripes: on.split(',').map((stripe) => {
            const [devid, at] = stripe.split(':');
            return { devid: Number(devid), at: Number(at) };
          }),
        } satisfies Chunk,
      ];
    });
}

/** `Devid PNumber Type/profile PStart Length PEnd LNumber LStart Usage%`: one row a stripe, columns found by name. */
function listedChunks(text: string): Chunk[] {
  const lines = text.split('\n');
  const head = lines.findIndex((line) => /\bDevid\b.*\bType\/profile\b.*\bUsage/.test(line));
  const names = (lines[head] ?? '').trim().split(/\s+/);
  const column = (name: RegExp) => names.findIndex((one) => name.test(one));
  const [devid, type, start, length, logical, usage] = [
    /^Devid/,
    /^Type/,
    /^PStart/,
    /^Length/,
    /^LStart/,
    /^Usage/,
  ].map(column);
  const chunks = new Map<string, Chunk>();
  for (const line of lines.slice(head + 1)) {
    const words = line.trim().split(/\s+/);
    const word = (at: number | undefined) => words[at ?? -1] ?? '';
    const kind = /^(Data\+Metadata|Data|Metadata|System)\/(\w+)$/i.exec(word(type));
    if (!kind || !/^\d+$/.test(word(length)) || !/^[\d.]+$/.test(word(usage))) continue;
    const known = chunks.get(word(logical));
    const stripe = { devid: Number(word(devid)), at: Number(word(start)) };
    if (known) known.stripes.push(stripe);
    else
      chunks.set(word(logical), {
        type: kind[1]?.includes('+') ? 'mixed' : (kind[1]?.toLowerCase() as Chunk['type']),
        profile: kind[2]?.toLowerCase() ?? 'single',
        ...(/^\d+$/.test(word(logical)) ? { start: Number(word(logical)) } : {}),
        length: Number(word(length)),
        used: Math.round((Number(word(length)) * Number(word(usage))) / 100),
        stripes: [stripe],
      });
  }
  return [...chunks.values()];
}

/**
 * The logical address behind the last chunk: whatever balance makes gets a higher one. A filter that matches
 * what was just made moves that again and again, the newest chunk being the first that balance takes
 * (__btrfs_balance, fs/btrfs/volumes.c). Undefined where an address is not known.
 */
export function behindLast(chunks: readonly Chunk[]): number | undefined {
  const ends = chunks.map(({ start, length }) => (start === undefined ? Number.NaN : start + length));
  const last = Math.max(...ends);
  return Number.isSafeInteger(last) ? last : undefined;
}

/** Bytes of a device that a chunk takes there. */
export function pieceOn(chunk: Chunk, devid: number): number {
  return chunk.stripes.filter((stripe) => stripe.devid === devid).length * pieceLength(chunk);
}

/** Length of each of its stripes. */
export function pieceLength({ profile, length, stripes }: Chunk): number {
  return length / dataStripes(btrfsProfile(profile), stripes.length);
}
