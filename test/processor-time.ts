/** ms of processor time since then (`process.cpuUsage()`): others at work on the machine do not count. */
export function spent(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1000;
}
