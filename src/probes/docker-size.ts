import { type Size, sizeBytes } from './size.ts';

/**
 * Sizes as docker and podman print them: SI (kB = 1000), with a number of significant digits
 * and trailing zeros dropped (docker/go-units HumanSize `%.4g`, HumanSizeWithPrecision 3 for
 * `docker ps -s` and `docker images`). So `204 GB` is known to 0.05 GB, not to half a GB.
 */
export function dockerSize(text: string, digits: 3 | 4 = 4): Size | undefined {
  const match = /^\s*(\d+(?:\.\d+)?)\s*([kKMGTPE]?)(i?)B\s*$/.exec(text);
  if (!match) return undefined;
  const bytes = sizeBytes(`${match[1]}${match[2]}${match[3]}B`, 'si');
  if (bytes === undefined) return undefined;
  if (!match[2]) return { bytes, resolution: 0 };
  const value = Number(match[1]);
  const unit = value === 0 ? 0 : bytes / value;
  const whole = value < 1 ? 1 : Math.floor(Math.log10(value)) + 1;
  return { bytes, resolution: Math.round((unit * 10 ** Math.min(0, whole - digits)) / 2) };
}

/** `107.4 GB`, `96.64GB`, `0B`, `0 B`: for patterns. */
export const DOCKER_SIZE = '\\d+(?:\\.\\d+)? ?[kKMGTPE]?i?B';
