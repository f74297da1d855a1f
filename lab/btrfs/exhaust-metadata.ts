import type { Ground } from '../ground.ts';

/**
 * Drives a small btrfs to where every chunk is allocated, data chunks are half empty and metadata is
 * full. What fills metadata in the end is shared metadata: files so small that they live in it, a snapshot
 * of them, and a chmod through the snapshot, which copies what it touches. Perl, because Debian always has it.
 */
const EXHAUST = `
use strict;
my ($mount, $home) = @ARGV;
sub flush { system('sync', '-f', $mount) }
sub put {
  my ($path, $bytes) = @_;
  open(my $file, '>', $path) or return 0;
  my $written = syswrite($file, $bytes);
  return 1 if close($file) && defined $written && $written == length $bytes;
  unlink $path;
  return 0;
}
sub fill {
  my ($directory, $bytes) = @_;
  mkdir $directory;
  for (my ($number, $refused) = (0, 0); $refused < 3; $number++) {
    put("$directory/$number", $bytes) or ($refused++, flush());
  }
}
system('mkdir', '-p', $home);
my $small = 'x' x 2000;
my ($blocks) = qx(stat --file-system --format %b "$mount") =~ /(\\d+)/;
my $count = $blocks >> 5;
$count = 1500 if $count < 1500;
system('btrfs', '-q', 'subvolume', 'create', "$home/layer") == 0 or die;
for my $number (0 .. $count - 1) {
  my $directory = "$home/layer/" . int($number / 200);
  mkdir $directory if $number % 200 == 0;
  put("$directory/$number", $small) or die "no room for the layer: $!";
}
system('btrfs', '-q', 'subvolume', 'snapshot', "$home/layer", "$home/snapshot") == 0 or die;
flush();
open(my $random, '<', '/dev/urandom') or die;
read($random, my $mebibyte, 2 ** 20);
fill("$home/data", $mebibyte);
# evenly, so that no chunk gets empty: the kernel would give an empty one back
my @data = sort glob("$home/data/*");
unlink map { $_ % 15 < 7 ? $data[$_] : () } 0 .. $#data;
flush();
fill("$home/more", $small);
my $in_a_row = 0;
for my $path (glob("$home/snapshot/*/*")) {
  $in_a_row = chmod(0600, $path) ? 0 : $in_a_row + 1;
  last if $in_a_row >= 15;
}
flush();
mkdir "$home/still-works" and die 'creating a directory still works';
`;

export async function exhaustBtrfsMetadata(ground: Ground, mount: string, home: string): Promise<void> {
  await ground.must(['perl', '-e', EXHAUST, mount, home], { timeoutMs: 10 * 60_000 });
}
