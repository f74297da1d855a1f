import type { Setting } from './planned.ts';

const UNITS = new Map<string, number>(Object.entries({ '': 1, b: 1, k: 2 ** 10, m: 2 ** 20, g: 2 ** 30, t: 2 ** 40 }));

/** `10g`, `512MiB`, `1.5 GiB`, `1073741824`: bytes, IEC units as LVM and btrfs read them. Undefined when it is none. */
export function bytesOf(text: string): number | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?\s*$/i.exec(text);
  const unit = UNITS.get(match?.[2]?.toLowerCase() ?? '');
  if (!match || unit === undefined) return undefined;
  const bytes = Math.round(Number(match[1]) * unit);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}

/** What is wrong with the settings given, as one sentence; undefined when nothing is. */
export function settingsFault(settings: readonly Setting[], given: ReadonlyMap<string, string>): string | undefined {
  const names = settings.map((setting) => setting.name).join(', ') || 'none';
  for (const [name, value] of given) {
    const setting = settings.find((one) => one.name === name);
    if (!setting) return `there is no setting ${name}; this remedy has: ${names}`;
    if (setting.kind === 'bytes' && bytesOf(value) === undefined)
      return `${name}=${value} is not a size; write 10g or 512MiB`;
    if (setting.kind === 'number' && !/^\d+(\.\d+)?$/.test(value)) return `${name}=${value} is not a number`;
    if (setting.kind === 'path' && !value.startsWith('/')) return `${name}=${value} is not an absolute path`;
  }
  const missing = settings.find((setting) => setting.required && !given.has(setting.name));
  return missing && `--set ${missing.name}=… is needed: ${missing.says}`;
}
