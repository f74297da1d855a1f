import { createHash } from 'node:crypto';
import type { StoredImage } from '../../formats/docker-store/images.ts';
import { UllageError } from '../../host/host.ts';
import { openOutputFile } from '../../host/output-file.ts';
import { Findings, type RescueReport } from '../report.ts';
import type { RescueSource } from '../source.ts';
import type { TakeOptions } from '../take-files.ts';
import { TarStream } from '../tar/stream.ts';
import { type ArchiveFile, dockerArchive, ociArchive } from './archives.ts';
import { planImage } from './image-plan.ts';
import { writeLayer } from './layer-tar.ts';

export type ImageFormat = 'docker-archive' | 'oci';

/**
 * Writes an image as an archive that `docker load`, `podman load` and `skopeo copy` take. Its id
 * stays what it was: the configuration is copied byte for byte, and each layer's stream is rebuilt
 * and its digest verified before the archive gets its name.
 * @throws UllageError where a layer cannot be rebuilt, or its digest is another
 */
export function takeImage(
  source: RescueSource,
  image: StoredImage,
  format: ImageFormat,
  options: TakeOptions,
): RescueReport {
  const layers = planImage(source, image);
  const total = [...new Map(layers.map((layer) => [layer.diffId, layer.length])).values()].reduce((a, b) => a + b, 0);
  const findings = new Findings(options.onProgress, total);
  const files = format === 'oci' ? ociArchive(image, layers) : dockerArchive(image, layers);
  const subject = `image ${image.tags[0] ?? image.id}`;
  const identity = JSON.stringify([source.name, image.id, format]);
  const out = openOutputFile(options.to, { force: options.force, resume: options.resume, identity });
  try {
    const tar = new TarStream(out);
    for (const file of files) {
      tar.member({
        type: 'file',
        path: Buffer.from(file.name),
        mode: 0o644,
        uid: 0,
        gid: 0,
        size: file.size,
        mtime: EPOCH,
      });
      if (file.bytes) tar.bytes(file.bytes);
      else writeVerified(source, file, tar, findings);
      findings.entries++;
    }
    tar.end();
    out.finish();
  } catch (error) {
    out.abandon();
    throw error;
  }
  findings.note(`Image id ${image.id}; ${layers.length} layers rebuilt, each digest verified.`);
  return findings.report(subject, source.name, options.to);
}

/** the archive is the same whenever it is made */
const EPOCH = { seconds: 0, nanoseconds: 0 };

function writeVerified(source: RescueSource, { layer }: ArchiveFile, tar: TarStream, findings: Findings): void {
  if (!layer) return;
  const part = source.layer(layer.cacheId);
  for (const note of part.tree.state.notes) if (part.tree.state.log === 'stale') findings.note(note);
  const hash = createHash('sha256');
  writeLayer(layer.entries(), part, layer.diffId, (bytes) => {
    hash.update(bytes);
    tar.bytes(bytes);
    findings.tick(bytes.length);
  });
  const digest = `sha256:${hash.digest('hex')}`;
  if (digest !== layer.diffId)
    throw new UllageError(
      'a layer that was rebuilt has another digest',
      `${layer.diffId}: ${digest}`,
      'Its files are not what they were when the image was made: take the files of a container instead',
    );
}
