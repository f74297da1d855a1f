import { sizeBytes } from '../size.ts';
import { ENOSPC, type MessageRule, params, SAYS_ENOSPC } from './rule.ts';

/** Pulls, builds and starts of Docker, Podman/containers-storage, containerd, BuildKit; networks. */
export const ENGINE_MESSAGES: readonly MessageRule[] = [
  {
    id: 'layer-extract-failed',
    pattern:
      /failed to register layer|applylayer|processing tar file|failed to (?:extract|unpack|apply) (?:layer|image|snapshot)|failed to copy files?|unpigz|untar|extracting layer|writing blob: adding layer|error (?:adding|applying|extracting|creating) layer|error unpacking|failed commit on ref|committing the finished image|failed to solve|failed to compute cache key|failed to prepare (?:extraction )?snapshot/i,
    also: SAYS_ENOSPC,
    params: (_, line) => params({ path: lastPath(line) }),
  },
  {
    id: 'btrfs-snapshot-failed',
    pattern:
      /failed to (?:create|snapshot|destroy|delete) (?:a )?(?:btrfs )?(?:snapshot|subvolume|qgroup).{0,300}|btrfs subvolume (?:create|snapshot|delete).{0,80}failed|btrfs.{0,60}ioctl.{0,80}(?:no space|quota exceeded)/i,
  },
  {
    id: 'staging-blob-failed',
    pattern:
      /storing blob to file|error storing blob|writing blob: (?:storing|copying)|\/(?:container_images_)?(?:storage|docker-tar|buildah|podman|containers?_images?_?\w{0,20}|oci)-?\d{3,20}(?=[/"': ]|$)|\/tmp\/(?:GetImageBlob|docker-(?:import|builder|build|export))|\/(?:var\/)?tmp\/(?:container_images|storage|buildah|podman|oci|docker-tar)/i,
    also: SAYS_ENOSPC,
    unless: /adding layer with blob|runctop/i,
    params: (_, line) => params({ path: lastPath(line) }),
  },
  {
    id: 'container-store-json-failed',
    pattern: new RegExp(
      String.raw`\.tmp-?(?:containers|layers|images|volatile-\w{1,20}|mountpoints)\.json\d*["']?: ${ENOSPC}|(?:containers|layers|images|config\.v2|hostconfig|network|state)\.json\S{0,40}["']?: ${ENOSPC}|(?:meta|local-kv|cache|snapshots|buildkit|metadata|history)(?:v2)?\.db["']?:? .{0,40}${ENOSPC}|database or disk is full|mmap allocate error: cannot allocate|file resize error: .{0,200}${ENOSPC}`,
      'i',
    ),
    params: (_, line) => params({ path: lastPath(line) }),
  },
  {
    id: 'overlay-size-unsupported',
    pattern:
      /--storage-opt is supported only for overlay over xfs with ['"]?pquota|storage option (?:overlay2?\.)?size not supported|filesystem does not support project quota/i,
  },
  {
    id: 'overlay-max-depth',
    pattern:
      /max depth exceeded|too many (?:lower )?layers|mount data.{0,40}(?:too large|>= page size)|cannot mount layer, mount (?:data|label)/i,
  },
  {
    id: 'overlay-on-overlay',
    pattern:
      /['"]?overlay['"]? is not supported over (?:['"]?)?(overlayfs|overlay|aufs|btrfs|zfs|nfs|fuse\S*)|backing file system is unsupported for this graph driver|overlay is not supported over|a mount_program is required/i,
  },
  {
    // releases before 1.6 do not print the record itself
    id: 'containerd-device-exists',
    pattern:
      /failed to save metadata for device "([\w.:+-]{1,200})"[^\n]{0,600}object already exists|device "([\w.:+-]{1,200})" is already there \{DeviceID:/i,
    params: (match) => params({ device: match[1] ?? match[2] }),
  },
  {
    id: 'podman-locks-exhausted',
    pattern: new RegExp(
      String.raw`allocating lock for new (container|pod|volume).{0,80}(?:${ENOSPC}|exceeded num_locks|allocation failed|all .{0,20}locks)|exceeded num_locks ?\(?(\d{1,9})?|all locks have been allocated|no (?:free )?(?:SHM )?locks (?:left|available)`,
      'i',
    ),
    params: (match) =>
      params({ object: match[1]?.toLowerCase(), limit: match[2] ?? /num_locks \((\d{1,9})\)/.exec(match.input)?.[1] }),
  },
  {
    id: 'address-pools-exhausted',
    pattern:
      /all predefined address pools have been fully subnetted|could not find an available,? non-overlapping IPv4 address pool|no available (?:network|address pools?)|predefined address pools/i,
  },
  {
    id: 'network-addresses-exhausted',
    pattern:
      /no available (?:IPv4 )?addresses on (?:this|network)|could not find an available IP|no available ip addresses?|address pool .{0,60}exhausted/i,
  },
  {
    id: 'cni-addresses-exhausted',
    pattern:
      /no IP addresses available in (?:range set|network|range)|failed to allocate for range \d+: no IP|no (?:more )?(?:free )?IPs? (?:addresses )?available|IPAM.{0,60}(?:exhausted|no available)|failed to assign an IP address to container/i,
  },
  {
    id: 'bridge-ports-exhausted',
    pattern:
      /(?:adding|add) interface \S{1,60} to bridge \S{1,60} failed: exchange full|: exchange full|RTNETLINK answers: Exchange full/i,
  },
  {
    id: 'prune-reclaimed',
    pattern: /total reclaimed space:? ?(\d{1,6}(?:\.\d{1,3})? ?[kMGTP]i?B)\b/i,
    params: (match, line) =>
      params({
        bytes: sizeBytes(match[1] ?? '', 'si'),
        what: /\b(system|image|container|volume|builder|buildx|network) prune\b/i.exec(line)?.[1]?.toLowerCase(),
      }),
  },
  { id: 'tmpcopyup-failed', pattern: /tmpcopyup/i, params: (_, line) => params({ path: lastPath(line) }) },
];

/** The innermost absolute path of a message chain: the last one before the end. */
function lastPath(line: string): string | undefined {
  let last: string | undefined;
  for (const match of line.matchAll(/(?:^|[\s"'`(=:])(\/[^\s"'`:;,)]{1,1000})/g)) last = match[1];
  return last;
}
