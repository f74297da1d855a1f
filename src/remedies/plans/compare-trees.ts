import type { Argv } from '../../plan/plan.ts';

/**
 * Compares two directories whole, byte by byte: names, types, modes, owners, sizes, times of files,
 * link targets, device numbers, hard links, extended attributes, contents. Ends with 1 and tells the first
 * twenty differences. Neither is changed; other file systems mounted inside are left out, as by cp -x.
 *
 * Perl, because Debian and most others always have it. It knows no extended attributes: llistxattr(2) and
 * lgetxattr(2) are called by number where the number is known (asm/unistd_64.h; asm-generic/unistd.h).
 */
const COMPARE = `use strict;
my ($from, $to) = @ARGV;
my $arch = (split ' ', qx(uname -m))[0];
my ($list, $get) = $arch eq 'x86_64' ? (195, 192) : $arch eq 'aarch64' ? (12, 9) : ();
my ($wrong, $count, $bytes, %seen) = (0, 0, 0);
sub differ { print "$_[0]: $_[1]\\n"; exit 1 if ++$wrong == 20 }
sub attributes {
  my ($path) = @_;
  return '' unless $list;
  my $names = "\\0" x 65536;
  my $length = syscall($list, $path, $names, 65536);
  return '' if $length <= 0;
  my $all = '';
  for my $name (sort split /\\0/, substr($names, 0, $length)) {
    my $value = "\\0" x 65536;
    my $size = syscall($get, $path, $name, $value, 65536);
    $all .= "$name=" . ($size > 0 ? substr($value, 0, $size) : '') . "\\0";
  }
  return $all;
}
sub contents {
  my ($a, $b) = @_;
  open(my $one, '<:raw', $a) or return "cannot be read: $!";
  open(my $two, '<:raw', $b) or return "cannot be read: $!";
  for (;;) {
    my ($left, $right) = ('', '');
    my $m = sysread($one, $left, 1048576);
    my $n = sysread($two, $right, 1048576);
    return "cannot be read: $!" unless defined $m && defined $n;
    return 'differs in content' if $left ne $right;
    return '' unless $m;
    $bytes += $m;
  }
}
my $device = (lstat $from)[0];
sub entries { my ($path) = @_; opendir(my $at, $path) or do { differ($path, "cannot be read: $!"); return () }; return sort grep { !/^\\.\\.?$/ } readdir $at }
sub walk {
  my ($path) = @_;
  my @a = lstat "$from$path";
  my @b = lstat "$to$path" or return differ($path, 'is not there');
  $count++;
  return differ($path, 'another mode or type') if $a[2] != $b[2];
  return differ($path, 'another owner') if $a[4] != $b[4] || $a[5] != $b[5];
  differ($path, 'other extended attributes') if $path ne '' && attributes("$from$path") ne attributes("$to$path");
  if (-l _) { return differ($path, 'points elsewhere') if readlink("$from$path") ne readlink("$to$path"); return }
  lstat "$from$path";
  if (-d _) {
    return if $a[0] != $device;
    my (@there, %there) = entries("$to$path");
    $there{$_} = 1 for @there;
    for my $name (entries("$from$path")) { walk("$path/$name"); delete $there{$name} }
    differ("$path/$_", 'is there without need') for sort keys %there;
    return;
  }
  if (!-f _) { return differ($path, 'another device') if $a[6] != $b[6]; return }
  return differ($path, 'another size') if $a[7] != $b[7];
  return differ($path, 'another time') if $a[9] != $b[9];
  if ($a[3] > 1) {
    my $known = $seen{$a[1]};
    if (defined $known) { return differ($path, 'no hard link any more') if $known != $b[1]; return }
    $seen{$a[1]} = $b[1];
  }
  my $why = contents("$from$path", "$to$path");
  differ($path, $why) if $why;
}
walk('');
print "$count files and directories, $bytes bytes: ", ($wrong ? "$wrong differ" : 'the same'), "\\n";
exit($wrong ? 1 : 0);`;

export function compareTrees(from: string, to: string): Argv {
  return ['perl', '-e', COMPARE, from, to];
}
