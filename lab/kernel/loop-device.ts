import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { eventually } from '../expect.ts';
import type { Ground } from '../ground.ts';

/**
 * losetup cannot set autoclear when it attaches, and a loop device without it outlives a killed lab. This
 * sets it in the attaching call itself (linux/loop.h: LOOP_CTL_GET_FREE, LOOP_CONFIGURE, LO_FLAGS_AUTOCLEAR),
 * then holds the device until the lab ends: the last one to let go of it clears it.
 */
const ATTACH = `
use strict;
my ($file, $told) = @ARGV;
open(my $backing, '+<', $file) or die "$file: $!";
open(my $control, '+<', '/dev/loop-control') or die "/dev/loop-control: $!";
for (1 .. 100) {
  my $number = ioctl($control, 0x4C82, 0) or die "LOOP_CTL_GET_FREE: $!";
  $number += 0;
  open(my $device, '+<', "/dev/loop$number") or die "/dev/loop$number: $!";
  my $config = pack('L2 x40 L3 L a64 x176', fileno($backing), 0, 0, 0, 0, 4, $file);
  ioctl($device, 0x4C0A, $config) or next; # somebody else was given the same number
  open(my $out, '>', "$told.new") or die "$told: $!";
  print $out "/dev/loop$number";
  close($out);
  rename("$told.new", $told);
  sleep 3600 while 1;
}
die "no free loop device: $!";
`;

export async function attachLoop(ground: Ground, file: string): Promise<string> {
  const told = `${file}.device`;
  const holder = ground.launch(['perl', '-e', ATTACH, file, told], { timeoutMs: 2 ** 31 - 1 });
  let failure: string | undefined;
  void holder.done.then((ran) => {
    failure = ran.stderr;
  });
  return eventually(60, `a loop device of ${file}`, async () => {
    if (failure !== undefined) throw new Error(`no loop device of ${file}: ${failure}`);
    return existsSync(told) ? readFile(told, 'utf8') : undefined;
  });
}
