import type { TreePart } from '../formats/file-tree.ts';
import { FormatError } from '../formats/format-error.ts';
import { UllageError } from '../host/host.ts';
import { openOutputDirectory } from '../host/output-directory.ts';
import { openOutputFile } from '../host/output-file.ts';
import { copyTree } from './copy-tree.ts';
import { DirectorySink } from './directory-sink.ts';
import { OneFile } from './one-file.ts';
import { Findings, type OnProgress, type RescueReport } from './report.ts';
import { resolvePath } from './resolve-path.ts';
import { TarStream } from './tar/stream.ts';
import { TarSink } from './tar/tar-sink.ts';

export interface TakeOptions {
  /** a directory, `FILE.tar`, or `-` for a tar archive on standard output */
  to: string;
  force: boolean;
  resume: boolean;
  onProgress?: OnProgress;
}

/** A tar archive by its name, else a directory. */
export const isArchive = (to: string): boolean => to === '-' || /\.tar$/i.test(to);

/**
 * Copies a directory, or one file, out of a file system.
 * @param path inside `part`; symlinks on the way are followed as a process in the container would
 * @throws UllageError where the target cannot be written or the path is not there
 */
export function takeFiles(
  part: TreePart,
  path: string,
  names: { subject: string; source: string },
  options: TakeOptions,
): RescueReport {
  const found = resolvePath(part, path);
  const { usage } = part.tree;
  const whole = found.inode === part.top && usage.bytes > 0;
  const findings = new Findings(options.onProgress, whole ? usage.bytes - usage.freeBytes : undefined);
  const { to } = options;
  const node = part.tree.node(found.inode);
  const wrapped = node.kind === 'directory' ? part.tree : new OneFile(part.tree, node, found.name);
  const top = wrapped instanceof OneFile ? wrapped.root : found.inode;
  const done = (): RescueReport => {
    for (const note of part.tree.state.notes) findings.note(note);
    return findings.report(names.subject, names.source, to);
  };
  if (isArchive(to)) {
    const identity = JSON.stringify([names.source, names.subject, path]);
    const out = openOutputFile(to, { force: options.force, resume: options.resume, identity });
    try {
      const tar = new TarStream(out);
      copyTree(wrapped, top, new TarSink(tar, findings), findings);
      tar.end();
      out.finish();
    } catch (error) {
      out.abandon();
      throw error;
    }
    return done();
  }
  const out = openOutputDirectory(to, { resume: options.resume });
  try {
    copyTree(wrapped, top, new DirectorySink(out, findings), findings);
  } finally {
    out.close();
  }
  return done();
}

/** An error of bad bytes as one that the operator is told. */
export function toldError(error: unknown): unknown {
  if (!(error instanceof FormatError)) return error;
  return new UllageError(
    error.what,
    `${error.source}, byte ${error.offset}`,
    error.detail === ''
      ? 'ullage rescue ls shows what else is there'
      : `${error.detail}. ullage rescue ls shows what else is there`,
    { cause: error },
  );
}
