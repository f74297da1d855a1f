/**
 * The library: a machine or a text in, a report out.
 *
 *     import { causes, explainText, probes } from 'ullage';
 *     const { findings } = explainText(await readFile('report.txt', 'utf8'), probes, causes);
 */
export type { Cause, Confidence, Evidence, Finding, NextCheck, Severity } from './causes/cause.ts';
export { diagnose } from './causes/diagnose.ts';
export { explainText } from './causes/explain.ts';
export { causes } from './causes/index.ts';
export type { Report } from './causes/report.ts';
export { captureHost } from './host/capture.ts';
export type { CaptureManifest } from './host/capture-format.ts';
export { type Host, UllageError } from './host/host.ts';
export { openHost } from './host/open.ts';
export { type Collected, type CollectOptions, collect } from './probes/collect.ts';
export { factsOfCapture } from './probes/from-capture.ts';
export { probes } from './probes/index.ts';
export type { Probe } from './probes/probe.ts';
export { remedies } from './remedies/index.ts';
export type { Remedy } from './remedies/remedy.ts';
export type { Headroom, Layer, Resource, Stack } from './stack/layer.ts';
export { VERSION } from './version.ts';
