import type { Remedy } from './remedy.ts';

export const ext4DropXattrs: Remedy = {
  id: 'ext4-drop-xattrs',
  title: 'Remove extended attributes that are not needed',
  risk: 'destructive',
  byHand: [
    'getfattr -d -m - FILE: see what is there',
    'setfattr -x NAME FILE for those that nothing needs; or copy without them (rsync without -X)',
  ],
  danger: 'Capabilities, ACLs and SELinux labels are extended attributes.',
};
