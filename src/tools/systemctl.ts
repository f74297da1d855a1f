/** systemctl as argv. Runs nothing itself. */
export const systemctl = {
  /** One word a unit, in this order. Ends with 3 as soon as one of them is not active. */
  isActive: (units: readonly string[]): string[] => ['systemctl', 'is-active', ...units],
};
