import { type MessageRule, params } from './rule.ts';

/** File systems and their tools. */
export const FILE_SYSTEM_MESSAGES: readonly MessageRule[] = [
  {
    id: 'resize-bad-geometry',
    pattern:
      /bad geometry: block count \d+ exceeds size of device|the filesystem is already \d+ (?:\(\d+\w?\) )?blocks long|size of the filesystem .{0,40}(?:larger|exceeds) .{0,20}device|(?:partition|device) is smaller than the file ?system|data size \d+ too (?:small|large)/i,
  },
  {
    id: 'ext-filesystem-errors',
    pattern:
      /unexpected inconsistency; run fsck manually|contains a file system with errors|clean with errors|couldn't clean up the journal|mounted fs with errors|mounting fs with errors|checking (?:is )?(?:forced|recommended).{0,40}error/i,
  },
  {
    id: 'zfs-out-of-space',
    pattern:
      /\b(?:zfs|zpool|zvol|dataset)\b.{0,200}(?:out of space|no space left|quota exceeded)|channel number out of range|cannot (?:create|receive|destroy|snapshot) '[\w./@:-]{1,200}': out of space/i,
    params: (match) => params({ dataset: /'([\w./@:-]{1,200})'/.exec(match[0])?.[1] }),
  },
];
