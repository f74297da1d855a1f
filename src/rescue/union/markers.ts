import type { ExtendedAttribute, FileNode } from '../../formats/file-tree.ts';

/**
 * What a union of layers keeps in a layer to say something of those below it: overlayfs
 * (Documentation/filesystems/overlayfs.rst) in device nodes 0:0 and attributes, aufs and
 * fuse-overlayfs also in names (.wh., aufs(5)).
 */
export const isWhiteout = ({ kind, rdev }: FileNode): boolean =>
  kind === 'char' && rdev?.major === 0 && rdev.minor === 0;

const PREFIX = '.wh.';
/** `.wh..wh..opq`, and what aufs keeps for itself */
const OWN = '.wh..wh.';
const OPAQUE = '.wh..wh..opq';

/** What a name says where names are markers; undefined for a name of a file. */
export function markerName(name: Buffer): { hides: Buffer } | 'opaque' | 'own' | undefined {
  const text = name.toString('latin1');
  if (!text.startsWith(PREFIX)) return undefined;
  if (text === OPAQUE) return 'opaque';
  return text.startsWith(OWN) ? 'own' : { hides: name.subarray(PREFIX.length) };
}

/** `user.` where the union was mounted without root. */
const OVERLAY = /^(?:(?:trusted|user)\.overlay|user\.fuseoverlayfs)\.(.*)$/s;

/** Attributes that a mount of the union does not show. */
export const isMarker = ({ name }: ExtendedAttribute): boolean => OVERLAY.test(name.toString('latin1'));

export interface Markers {
  opaque: boolean;
  /** where the layers below have it: a path from their root, or another name in the same directory */
  redirect?: Buffer;
  /** only its attributes are in this layer */
  metacopy: boolean;
}

export function markersOf(attributes: readonly ExtendedAttribute[]): Markers {
  const markers: Markers = { opaque: false, metacopy: false };
  for (const { name, value } of attributes) {
    const what = OVERLAY.exec(name.toString('latin1'))?.[1];
    if (what === 'opaque' && value.toString('latin1') === 'y') markers.opaque = true;
    else if (what === 'metacopy') markers.metacopy = true;
    else if (what === 'redirect' && value.length > 0) markers.redirect = value;
  }
  return markers;
}
