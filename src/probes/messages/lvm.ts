import { type MessageRule, params } from './rule.ts';

/** LVM and libdevmapper (lvm2 2.02 to 2.03), thin-provisioning-tools 0.2 to 1.x. */
export const LVM_MESSAGES: readonly MessageRule[] = [
  {
    id: 'lvm-transaction-id-mismatch',
    pattern:
      /(?:thin pool )?(?:([\w.+-]{1,120}) (?:\(\d+:\d+\) )?)?transaction[_ ]id (?:is |of \S{1,120} is )?(\d{1,12}),? (?:while|but|when) (?:was )?expect(?:ed|ing) (\d{1,12})|transaction[_ ]id (\d{1,12}) from pool "?([^\s"]{1,120})"? does not match current transaction[_ ]id (\d{1,12})|thin pool (\S{1,120}) has unexpected transaction[_ ]id (\d{1,12}),? expecting (\d{1,12})/i,
    params: (match) =>
      params({
        pool: match[5] ?? match[7] ?? (match[1] === 'pool' ? undefined : match[1]),
        found: match[2] ?? match[4] ?? match[8],
        expected: match[3] ?? match[6] ?? match[9],
      }),
  },
  {
    id: 'lvm-insufficient-extents',
    pattern:
      /volume group ["']?([\w.+-]{1,120})["']? has insufficient free space \((\d{1,12}) extents?\): (\d{1,12}) required/i,
    params: (match) => params({ available: match[2], needed: match[3], vg: match[1] }),
  },
  {
    id: 'lvm-insufficient-extents',
    pattern:
      /insufficient (?:suitable )?(?:allocatable |free )?(?:space|extents)(?: \(?\d*\)?.{0,40})?:? ?(?:.{0,60}?(\d{1,12}) (?:more )?(?:extents )?(?:needed|required))?(?:.{0,40}?(?:only |but )(\d{1,12}) (?:available|free))?/i,
    unless:
      /volume group .{1,140}insufficient|memory|shared memory|disk space|insufficient space on|device|storage on|pods/i,
    params: (match) => params({ needed: match[1], available: match[2] }),
  },
  {
    id: 'lvm-no-autoextend-protection',
    pattern:
      /you have not turned on protection against thin pools? running out of space|set activation\/thin_pool_autoextend_threshold below 100/i,
  },
  {
    id: 'lvm-pool-needs-inspection',
    pattern:
      /(?:pool|metadata).{0,80}needs? (?:to be )?(?:inspect|check|repair)|needs_check flag|manual (?:inspection|intervention) (?:is )?required/i,
    unless: /check of pool/i,
  },
  {
    id: 'lvm-thin-check-missing',
    pattern:
      /thin_check\S*:? .{0,40}(?:execvp failed|no such file|not found|command not found|does not exist)|(?:cannot|can't|could not|unable to) (?:find|run|execute) \S{0,60}thin_check|thin_check (?:is|was) (?:not installed|missing)/i,
  },
  {
    id: 'lvm-thin-check-failed',
    pattern: /check of (?:thin )?pool (\S{1,200}) failed(?: \(status: ?(-?\d{1,4})\))?/i,
    params: (match) => params({ pool: match[1], status: match[2] }),
  },
  {
    id: 'thin-metadata-corrupt',
    pattern:
      /superblock is corrupt|bad checksum in (?:superblock|\w{1,20} node|metadata|btree)|bad magic|(?:btree|space map|mapping tree|device details).{0,60}(?:corrupt|bad checksum|missing|incorrect)|metadata (?:is |device )?(?:corrupt|damaged)|thin_(?:check|repair|dump).{0,80}(?:corrupt|bad|invalid|failed)|transaction_manager::read_lock|the following field needs to be provided on the command line due to corruption|(?:value size mismatch|blocks? .{0,40}reference count|bad reference count|nodes? in (?:the )?(?:data )?mapping tree contain|is missing \d{1,12} mappings|check of mappings failed|metadata leak|too (?:few|many) entries in btree_node|node_check failed)/i,
    unless: /execvp|no such file|check of pool/i,
  },
  {
    id: 'lvm-pool-threshold-reached',
    pattern:
      /free space in (?:thin )?pool \S{1,200} reached threshold|thin(?: pool| volume)? ?\S{0,200} is now \d{1,3}(?:\.\d+)?% full|(?:thin )?pool \S{1,200} (?:data|metadata) is now \d{1,3}/i,
  },
  {
    id: 'lvm-device-needs-repair',
    pattern:
      /(?:lv|volume|pool|device) \S{1,200} (?:is|needs) .{0,20}(?:repair|out of sync)|(?:manual )?repair (?:of (?:thin )?\S{1,200}|required)|use lvconvert --repair|run lvconvert --repair/i,
    unless: /check of pool|check/i,
  },
  {
    id: 'dm-semaphores-exhausted',
    pattern: /limit for the maximum number of semaphores reached|maximum number of semaphores/i,
  },
  {
    id: 'dm-cookie-failed',
    pattern: /dm_task_set_cookie failed|can't set cookie|failed to set (?:udev )?cookie|udev cookie/i,
    unless: /semaphores reached/i,
  },
];
