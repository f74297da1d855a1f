import type { Cause } from './cause.ts';
import { messagesOf, show, worded } from './help/messages.ts';
import { said } from './help/said.ts';

export const ext4XattrNoSpace: Cause = {
  id: 'ext4-xattr-no-space',
  title: 'a file has no room for another extended attribute',
  severity: 'warning',
  prevalence: 'C',
  about:
    'ext4 keeps the extended attributes of a file in its inode and one block. When SELinux labels, ACLs, capabilities and overlay marks together need more, setxattr fails with "No space left on device", ' +
    'although the disk has room. btrfs has the same limit at about 16 KiB, xfs at 64 KiB.',
  confirm: 'The failing call is setxattr (lsetxattr, fsetxattr) and other files can still be created.',
  lookAlikes: [{ cause: 'plain-fs-full', tell: 'other calls fail as well and df shows nothing available' }],
  nextCheck: {
    run: 'getfattr -d -m - --absolute-names /path/of/the/file',
    why: 'lists the attributes and their length',
  },
  remedies: ['ext4-drop-xattrs', 'ext4-enable-ea-inode'],
  sources: ['kernel fs/ext4/xattr.c', 'xattr(7)', 'measured: 3 values of 1000 bytes fit, the fourth fails'],
  find(scene) {
    const said_ = [...messagesOf(scene, 'setxattr-enospc'), ...worded(scene, 'ENOSPC', /xattr|extended attribute/i)];
    if (said_.length === 0) return [];
    const path = worded(scene, 'ENOSPC', /xattr|extended attribute/i)[0]?.value.path;
    return [
      {
        confidence: 'likely',
        subject: path ?? 'extended attributes of a file',
        evidence: [...show(said_, 'setting an extended attribute failed'), ...said(scene, 'ext4')],
        explanation:
          "What failed is setting an extended attribute. On ext4 all of a file's attributes must fit its inode and one block; the disk itself need not be full.",
        score: 85,
      },
    ];
  },
};
