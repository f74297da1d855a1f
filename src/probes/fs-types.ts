/** Names of file systems as df -T, lsblk and mount print them. */
const TYPES = new Set(
  'ext2 ext3 ext4 xfs btrfs zfs f2fs jfs reiserfs bcachefs vfat exfat ntfs ntfs3 fuseblk squashfs iso9660 udf erofs tmpfs devtmpfs ramfs overlay overlayfs aufs nfs nfs4 cifs smb3 smbfs ceph glusterfs 9p virtiofs apfs hfs hfsplus swap LVM2_member crypto_LUKS linux_raid_member zfs_member rootfs none devfs autofs nsfs proc sysfs cgroup cgroup2 efivarfs fakeowner grpcfuse drvfs lxfs ocfs2 gfs2 beegfs lustre'.split(
    ' ',
  ),
);

export function isFsType(word: string | undefined): boolean {
  return word !== undefined && (TYPES.has(word) || /^fuse\.[\w.-]{1,40}$/.test(word));
}
