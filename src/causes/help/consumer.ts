import type { Confidence, Scene, Severity } from '../cause.ts';
import { type FileSystem, fullness, holding } from './file-systems.ts';
import { share, size } from './format.ts';
import { textSeverity } from './said.ts';

export interface Weight {
  fs?: FileSystem;
  /** 0..1 of the file system; absent when its size is not known */
  share?: number;
  full: boolean;
  severity: Severity;
  confidence: Confidence;
  /** `61 % of /var/lib/docker, which has 12.0 MiB left`; '' when the file system is not known */
  words: string;
}

/**
 * How much a consumer of space matters: its share of the file system it lies on and how little
 * of that is left. On a host with room it is a notice; in a paste the person is in trouble already.
 */
export function weigh(scene: Scene, bytes: number, path: string): Weight {
  const fs = holding(scene, path);
  const part = fs && fs.size > 0 ? Math.min(1, bytes / fs.size) : undefined;
  const state = fs ? fullness(fs) : 'roomy';
  const full = state === 'full';
  const known = { full, ...(fs ? { fs } : {}), ...(part === undefined ? {} : { share: part }) };
  const words =
    fs && part !== undefined
      ? `${share(bytes, fs.size)} of ${fs.mountpoint}, which has ${size(fs.available)} left`
      : '';
  if (scene.from === 'text') return { ...known, severity: textSeverity(scene), confidence: 'likely', words };
  const severity: Severity =
    part === undefined
      ? 'notice'
      : full
        ? part >= 0.2
          ? 'critical'
          : 'notice'
        : state === 'nearly' && part >= 0.1
          ? 'warning'
          : 'notice';
  // the file system is full now and a third of it is this: that is the exhaustion's reason
  const confidence: Confidence = full && part !== undefined && part >= 0.33 ? 'confirmed' : 'likely';
  return { ...known, severity, confidence, words };
}

/** 0..99 from a share of 0..1: `base` for nothing, 95 for everything. */
export function scoreOf(part: number | undefined, base: number): number {
  return Math.round(base + (95 - base) * Math.min(1, Math.max(0, part ?? 0)));
}
