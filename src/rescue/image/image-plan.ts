import { gunzipSync } from 'node:zlib';
import type { StoredImage } from '../../formats/docker-store/images.ts';
import { chainIds, readLayer, readTarSplit } from '../../formats/docker-store/images.ts';
import { type TarSplitEntry, tarSplitEntries } from '../../formats/docker-store/tar-split.ts';
import { FormatError } from '../../formats/format-error.ts';
import { UllageError } from '../../host/host.ts';
import type { RescueSource } from '../source.ts';
import { layerLength } from './layer-tar.ts';

/** A layer that is to be rebuilt. */
export interface LayerPlan {
  diffId: string;
  /** its name in the driver's store */
  cacheId: string;
  /** bytes of its tar stream */
  length: number;
  entries(): Iterable<TarSplitEntry>;
}

/** tar-split of a layer of a million files is some 200 MiB unpacked */
const LONGEST = 2 ** 30;

/**
 * The layers of an image, lowest first, each with what is needed to rebuild its stream.
 * @throws UllageError saying which record is lost
 */
export function planImage(source: RescueSource, image: StoredImage): LayerPlan[] {
  const { files, driver } = source;
  if (!files)
    throw new UllageError('no directories of Docker are there', source.name, 'Give them with --docker-root DIR');
  const chain = chainIds(image.diffIds);
  return image.diffIds.map((diffId, index) => {
    const chainId = chain[index] ?? diffId;
    const where = `image/${driver}/layerdb/sha256/${chainId.slice(7)}`;
    const layer = readLayer(files, driver, chainId);
    if (!layer) throw lost('the record of a layer is lost', where);
    if (layer.diffId !== diffId) throw lost('the record of a layer is of another one', where);
    const packed = readTarSplit(files, driver, chainId);
    if (!packed) throw lost('what rebuilds a layer byte for byte is lost', `${where}/tar-split.json.gz`);
    const entries = (): Iterable<TarSplitEntry> =>
      tarSplitEntries(lines(unpacked(packed, where)), `${where}/tar-split.json.gz`);
    try {
      return { diffId, cacheId: layer.cacheId, length: layerLength(entries()), entries };
    } catch (error) {
      if (error instanceof FormatError) throw lost(error.message, where);
      throw error;
    }
  });
}

function unpacked(packed: Buffer, where: string): Buffer {
  try {
    return gunzipSync(packed, { maxOutputLength: LONGEST });
  } catch (error) {
    throw lost(`tar-split is damaged: ${(error as Error).message}`, `${where}/tar-split.json.gz`);
  }
}

function* lines(text: Buffer): Iterable<string> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf(0x0a, from);
    yield text.toString('utf8', from, end < 0 ? text.length : end);
    from = end < 0 ? text.length : end + 1;
  }
}

function lost(what: string, where: string): UllageError {
  return new UllageError(
    what,
    where,
    'The image cannot be rebuilt with its id: take the files of a container of it, or layer:NAME, instead',
  );
}
