/** LVM's reporting verbs as argv. They need root. Runs nothing itself. */
const LV_FIELDS =
  'lv_name,vg_name,lv_attr,lv_size,pool_lv,origin,data_percent,metadata_percent,seg_monitor,lv_when_full,lv_health_status,discards,chunk_size,lv_metadata_size,lv_profile';
const SETTINGS = [
  'activation/thin_pool_autoextend_threshold',
  'activation/thin_pool_autoextend_percent',
  'activation/monitoring',
];

export const lvm = {
  /** JSON in bytes (LVM 2.02.158 and later; older ones end with `Unrecognised option`). */
  lvs: (): string[] => ['lvs', '-a', '--reportformat', 'json', '--units', 'b', '-o', LV_FIELDS],
  lvsText: (): string[] => ['lvs', '-a', '--units', 'b', '-o', '+seg_monitor'],
  vgs: (): string[] => [
    'vgs',
    '--reportformat',
    'json',
    '--units',
    'b',
    '-o',
    'vg_name,vg_size,vg_free,vg_extent_size,vg_free_count,pv_count',
  ],
  vgsText: (): string[] => ['vgs', '--units', 'b'],
  pvs: (): string[] => ['pvs', '--reportformat', 'json', '--units', 'b', '-o', 'pv_name,vg_name,pv_size,pv_free'],
  pvsText: (): string[] => ['pvs', '--units', 'b'],
  /** The three settings that decide autoextend, with LVM's defaults where lvm.conf is silent. */
  config: (): string[] => ['lvmconfig', '--typeconfig', 'full', ...SETTINGS],
  /** LVM before 2.02.119. */
  dumpConfig: (): string[] => ['lvm', 'dumpconfig', ...SETTINGS],
};
