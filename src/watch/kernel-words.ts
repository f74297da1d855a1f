/** What the kernel says of storage that fills, fails or changes its mode: a reason to look at once. */
const WORDS =
  /device-mapper: (?:thin|space map|persistent|btree)|reached low water mark|out[- ]of[- ]data|no space left|ENOSPC|BTRFS (?:critical|error|warning|info.*(?:forced readonly|transaction aborted))|EXT4-fs (?:error|warning|\(.*\): (?:failed|delayed|remounting))|XFS .*(?:shut ?down|error|space)|remounting filesystem read-only|I\/O error|dm-\d+:.*(?:error|full)|lost (?:async )?page write/i;

export function ofStorage(line: string): boolean {
  return WORDS.test(line);
}
