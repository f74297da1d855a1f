import { createHash } from 'node:crypto';
import type { StoredImage } from '../../formats/docker-store/images.ts';
import type { LayerPlan } from './image-plan.ts';

/** A member of an image archive: bytes, or a layer to be rebuilt into its place. */
export interface ArchiveFile {
  name: string;
  size: number;
  bytes?: Buffer;
  layer?: LayerPlan;
}

const file = (name: string, bytes: Buffer): ArchiveFile => ({ name, size: bytes.length, bytes });
const json = (name: string, value: unknown): ArchiveFile => file(name, Buffer.from(JSON.stringify(value)));
const hex = (digest: string): string => digest.slice('sha256:'.length);

/** Each digest once: an image may hold the same layer twice. */
function layerFiles(layers: readonly LayerPlan[], nameOf: (layer: LayerPlan) => string): ArchiveFile[] {
  const unique = new Map(layers.map((layer) => [layer.diffId, layer]));
  return [...unique.values()].map((layer) => ({ name: nameOf(layer), size: layer.length, layer }));
}

/** What `docker save` writes (moby image/tarexport): a manifest that names configuration, tags and layers. */
export function dockerArchive(image: StoredImage, layers: readonly LayerPlan[]): ArchiveFile[] {
  const nameOf = (layer: LayerPlan): string => `${hex(layer.diffId)}/layer.tar`;
  const config = `${hex(image.id)}.json`;
  return [
    json('manifest.json', [
      { Config: config, RepoTags: image.tags.length > 0 ? image.tags : null, Layers: layers.map(nameOf) },
    ]),
    file(config, image.config),
    ...layerFiles(layers, nameOf),
  ];
}

/**
 * An OCI image layout (image-spec, image-layout.md), layers not packed so that their digests are
 * those of the configuration. Tags stand as containerd and skopeo look for them.
 */
export function ociArchive(image: StoredImage, layers: readonly LayerPlan[]): ArchiveFile[] {
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: image.id, size: image.config.length },
      layers: layers.map(({ diffId, length }) => ({
        mediaType: 'application/vnd.oci.image.layer.v1.tar',
        digest: diffId,
        size: length,
      })),
    }),
  );
  const digest = `sha256:${createHash('sha256').update(manifest).digest('hex')}`;
  const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: manifest.length };
  const named = image.tags.map((tag) => ({
    ...descriptor,
    annotations: {
      'io.containerd.image.name': qualified(tag),
      'org.opencontainers.image.ref.name': tag.replace(/^.*:/, ''),
    },
  }));
  return [
    json('oci-layout', { imageLayoutVersion: '1.0.0' }),
    json('index.json', {
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.index.v1+json',
      manifests: named.length > 0 ? named : [descriptor],
    }),
    file(`blobs/sha256/${hex(digest)}`, manifest),
    file(`blobs/sha256/${hex(image.id)}`, image.config),
    ...layerFiles(layers, ({ diffId }) => `blobs/sha256/${hex(diffId)}`),
  ];
}

/** `shop/app:1` is docker.io/shop/app:1, `busybox:1` docker.io/library/busybox:1 (distribution/reference) */
function qualified(tag: string): string {
  const [first = '', ...rest] = tag.split('/');
  if (rest.length > 0 && (/[.:]/.test(first) || first === 'localhost')) return tag;
  return rest.length > 0 ? `docker.io/${tag}` : `docker.io/library/${tag}`;
}
