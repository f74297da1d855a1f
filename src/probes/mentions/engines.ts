import type { MentionRule } from './rule.ts';

/** Engines, orchestrators and the platforms they run on. */
export const ENGINE_TERMS: readonly MentionRule[] = [
  { term: 'docker', words: ['docker', 'moby'], pattern: /\b(?:docker|dockerd|moby)\b|\/var\/lib\/docker/ },
  { term: 'podman', words: ['podman', 'buildah', 'libpod'], pattern: /\b(?:podman|buildah|libpod)\b/ },
  { term: 'containerd', words: ['containerd', 'nerdctl', 'ctr -n'], pattern: /\b(?:containerd|nerdctl)\b|\bctr -n\b/ },
  { term: 'cri-o', words: ['cri-o', 'crio', 'openshift'], pattern: /\bcri-?o\b|\bcrio\.service|\bopenshift 4/ },
  { term: 'buildkit', words: ['buildkit', 'buildx'], pattern: /\bbuildkitd?\b|\bbuildx\b|docker_buildkit/ },
  {
    term: 'kubernetes',
    words: ['kube', 'k8s', 'k3s', 'k3d', 'rke', 'openshift', 'minikube', 'microk8s', 'eks', 'gke', 'aks', 'crictl', 'longhorn', 'pods'],
    pattern: /\bkubernetes\b|\bk8s\b|\bkube(?:let|ctl|adm|-system|pods|config)\b|\bk3[sd]\b|\brke2?\b|\bopenshift\b|\bminikube\b|\bmicrok8s\b|\bcrictl\b|\b(?:eks|gke|aks) (?:cluster|node)|\bpods? (?:is|are|get|gets|was|were|evicted)\b|\bcsi-(?:plugin|driver)\b/,
  },
  { term: 'lxd', words: ['lxd', 'lxc', 'incus'], pattern: /\blx[cd]\b|\bincus\b/ },
  { term: 'singularity', words: ['singularity', 'apptainer'], pattern: /\b(?:singularity|apptainer)\b/ },
  { term: 'firecracker', words: ['firecracker', 'kata'], pattern: /\bfirecracker\b|\bkata[- ]?(?:containers?|runtime)\b/ },
  { term: 'ecs', words: ['ecs', 'elastic container service'], pattern: /\b(?:amazon |aws )?ecs\b(?:[ -](?:agent|cluster|instance|optimized|task|service)|\b)|elastic container service/ },
  { term: 'kind', words: ['kind v', 'kind cluster', 'kind create', 'kindest', 'using kind', 'with kind', 'sigs/kind', 'kind node', 'in kind', 'kubernetes in docker'], pattern: /\bkind (?:v?\d|clusters?|create|nodes?)\b|\bkindest\/|\b(?:using|with|in|on) kind\b(?! of)|sigs\/kind|kubernetes in docker/ },
  {
    term: 'docker-desktop',
    words: ['docker desktop', 'docker-desktop', 'docker for mac', 'docker for windows', 'docker4mac', 'd4m', 'docker.raw', 'docker.qcow2', 'com.docker.docker', 'for-mac', 'dockerdesktop'],
    pattern: /docker[ -]?desktop|docker (?:for|4) (?:mac|windows|osx|os x)|\bd4m\b|docker\.raw|docker\.qcow2|com\.docker\.(?:docker|driver)/,
  },
  {
    term: 'virtual-machine-disk',
    words: ['qcow2', 'docker.raw', 'vhdx', 'vmdk', '.vdi', 'colima', 'lima', 'docker-machine', 'docker machine', 'boot2docker', 'virtualbox', 'vagrant', 'docker toolbox', 'podman machine', 'rancher desktop', 'orbstack', 'diffdisk', 'virtual disk', 'disk image', 'docker.img', 'unraid', 'hyper-v', 'hyperkit', 'vdisk', 'virtuelle festplatte', 'disque virtuel', 'disco virtual', '仮想ディスク', '虚拟磁盘', 'vm disk', 'virtual machine', 'disk size', 'disk image size', 'minikube'],
    pattern:
      /\bqcow2\b|docker\.raw|\bvhdx\b|\bvmdk\b|\.vdi\b|\bcolima\b|\blima(?:ctl| vm|\/)|\/\.lima\/|docker[- ]machine|\bboot2docker\b|\bvirtualbox\b|\bvagrant\b|docker toolbox|podman machine|rancher desktop|\borbstack\b|\bdiffdisk\b|virtual (?:hard )?disk|disk image (?:size|file|limit|location|is|of|grew|grows)|docker\.img|\bunraid\b|\bhyper-?v\b|\bhyperkit\b|\bvdisk\b|virtuelle festplatte|disque virtuel|disco virtual|仮想ディスク|虚拟磁盘|\bvm(?:'s)? (?:disk|image)|disk of the (?:vm|virtual machine)|minikube (?:vm|ssh|--disk-size)/,
  },
  { term: 'wsl', words: ['wsl', 'windows subsystem'], pattern: /\bwsl ?2?\b|windows subsystem for linux|\bext4\.vhdx\b|docker_data\.vhdx/ },
  {
    term: 'rootless',
    words: ['rootless', 'no root', 'without root', 'unprivileged', '.local/share', 'non-root', 'not root', 'userns', 'subuid', 'non root', 'ohne root', 'sans root', 'sin root', 'sem root', '非root', 'root権限なし'],
    pattern: /\brootless\b|\b(?:i )?(?:have |with |as |got )?no root\b|without root\b|\bunprivileged (?:user|container)|\.local\/share\/(?:containers|docker)|\b(?:as|by) (?:a |an )?(?:non[- ]?root|normal|ordinary|regular) user\b|userns[- ]?remap|\bsubuid\b|(?:ohne|sans|sin|sem) root\b|非root|root権限なし/,
    negative: true,
  },
  { term: 'ostree', words: ['ostree', 'fedora-iot', 'fedora iot', 'coreos', 'silverblue', 'kinoite', 'bootc', 'fcos', 'rhcos', 'bazzite', 'bluefin'], pattern: /\b(?:rpm-)?ostree\b|fedora[- ]iot\b|fedora[- ]coreos\b|\bsilverblue\b|\bkinoite\b|\bbootc\b|\b(?:fcos|rhcos)\b|\bbazzite\b|\bbluefin\b/ },
];
