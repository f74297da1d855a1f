/**
 * Podman and those of its family, which may be making layers (comm, proc(5)). `exe`, `storage-…`: what they start of themselves
 * to unpack a layer. Nix wraps podman as `.podman-wrapped`. Not conmon and `podman pause`, which run for long and make none.
 */
export const PODMANS =
  /^\.?(?:podman(?! pause)|buildah|skopeo|crio|bootc|rpm-ostree|toolbox|containers-stor|oc-mirror|exe$|storage-)/;

/** Who puts things aside under which names, and who is at work while one of these programs runs (comm, proc(5)). */
export interface Stager {
  /** for people */
  who: string;
  names: RegExp;
  /** the same for find(1), wider: what it lists is looked at by `names` */
  globs: string[];
  program: RegExp;
  /** only in directories whose path ends so */
  only?: RegExp;
}

export const INGEST = 'io.containerd.content.v1.content/ingest';

export const STAGERS: readonly Stager[] = [
  {
    who: 'Podman, Buildah, Skopeo',
    // containers/image internal/tmpdir (older ones without the prefix), Buildah's TempDirForURL, Podman's import from stdin
    names: /^(?:container_images_[a-z-]*\d{3,}|(?:storage|buildah|podman|oci|docker-tar)\d{3,}|libpod_[a-z]+\d{3,})$/,
    globs: [
      'container_images_*',
      'storage[0-9]*',
      'buildah[0-9]*',
      'podman[0-9]*',
      'oci[0-9]*',
      'docker-tar[0-9]*',
      'libpod_*',
    ],
    program: PODMANS,
  },
  {
    who: 'Docker',
    // moby: distribution/pull_v2.go, image/tarexport, builder/remotecontext
    names: /^(?:GetImageBlob\d{3,}|docker-(?:import|export)-\d{3,}|docker-(?:builder|remote)\d{3,})$/,
    globs: ['GetImageBlob[0-9]*', 'docker-import-*', 'docker-export-*', 'docker-builder[0-9]*', 'docker-remote[0-9]*'],
    program: /^(?:dockerd|docker-current|docker-containe|balena)/,
  },
  {
    who: 'containerd',
    // content/local: the directory of an ingest is the digest of its reference
    names: /^[0-9a-f]{64}$/,
    globs: ['[0-9a-f]*'],
    program: /^(?:containerd$|dockerd|k3s|rke2|k0s)/,
    only: new RegExp(`/${INGEST.replaceAll('.', '\\.')}$`),
  },
];

/** Whose leavings may lie in a directory. */
export function stagersOf(directory: string): Stager[] {
  return STAGERS.filter(({ only }) => only === undefined || only.test(directory));
}

/** File systems that another machine, or the host of this one, may be at work in (`stat -f -c %T`, mountinfo). */
export const SHARED =
  /^(?:nfs|smb|cifs|ceph|gfs|ocfs|lustre|v9fs|9p|virtiofs|afs|gpfs|coda|fuse|vboxsf|prl_fs|acfs|panfs|beegfs)/;
