/** losetup as argv. Runs nothing itself. */
export const losetup = {
  /** Fails when the device is taken; makes its node where there is none. */
  attach: (device: string, file: string): string[] => ['losetup', device, file],
  detach: (device: string): string[] => ['losetup', '--detach', device],
  /** Devices of that file, one a line; nothing when there is none. */
  devicesOf: (file: string): string[] => ['losetup', '--noheadings', '--output', 'NAME', '--associated', file],
  names: (): string[] => ['losetup', '--noheadings', '--output', 'NAME', '--list'],
};
