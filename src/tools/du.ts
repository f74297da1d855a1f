/** du as argv. Runs nothing itself. */
export const du = {
  /** Kibibytes on disk of each, without what is mounted below. */
  sizes: (paths: readonly string[]): string[] => ['du', '-sxk', ...paths],
};
