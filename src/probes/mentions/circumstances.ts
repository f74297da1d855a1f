import type { MentionRule } from './rule.ts';

/** What fills up, what was tried, what does not add up: English, with the obvious words of other languages. */
export const CIRCUMSTANCE_TERMS: readonly MentionRule[] = [
  {
    term: 'snapshots',
    words: ['snapshot', 'snapper', 'timeshift', 'instantané', 'instantáne', 'schnappsch', 'スナップショット', '快照', 'instantânea'],
    pattern:
      /\bsnapper\b|\btimeshift\b|\b(?:btrfs|lvm|zfs|file ?system|root|system|old|hourly|daily|weekly|nightly|automatic|auto|my|the|some|many|few|several|five|\d+|read-only) snapshots?\b|\bsnapshots? (?:of|from|taken|kept|hold|holds|held|pin|pins|keep|remain|exist|are|is|was|were|and|that|which|every|before)\b|(?:delet|remov|threw away|list|creat|keep|made|make|tak)\w* (?:the |all |old |some |my |away )?snapshots?\b|zfs list -t snapshot|subvolume list -s|\.snapshots\b|\bschnappsch|\binstantan|スナップショット|快照/,
  },
  {
    term: 'container-logs',
    words: ['log', 'journal', 'ログ', '日志', '日誌', 'protokoll', 'registros', 'journaux', 'stdout', '/docker/containers'],
    output: /[0-9a-f]-json\.log\b|\/docker\/containers\/[0-9a-f]+\/?$/,
    pattern:
      /-json\.log|json[- ](?:log )?files?\b|\bjson\.log|(?:container|docker|stdout|json|console|pod|service)(?:'s|s)?[ -]?logs?\b|\blogs? (?:of|from) (?:the |a |one |my |its |this |that |each |all )?(?:docker |running )?(?:containers?|pods?|services?)|\blogs?[- ]?(?:files?|rotat\w*|driver|opts?)\b|--log-opt|max-size|logrotate|\/(?:var\/lib\/docker|docker)\/containers\b|\/var\/log\/(?:pods|containers)(?![\w\/-])|\b(?:people|someone|they|i) (?:said|say|suspect\w*|thought|think|blame\w*) (?:it (?:was|is) )?(?:the )?logs?\b|(?:huge|large|big|giant|verbose|spam\w*|chatty|grow\w*) (?:\w+ )?logs?\b|logs? (?:that |which )?(?:keeps? |are |is |was |were |has |have )?(?:grow|spam|fill|get huge|explod|too big|eat|ate|huge|enormous)|\b(?:writes?|writing|prints?|spams?|spamming|floods?|logs?) (?:a lot |heavily |everything |constantly |endlessly )?(?:to|into|on) (?:its )?(?:stdout|stderr)|container[- ]?log|ログ|日志|日誌/,
  },
  {
    term: 'long-lived-containers',
    words: ['long lived', 'long-lived', 'longlived', 'long running', 'long-running', 'for months', 'for years', 'for weeks', 'never restart', 'never recreate', 'uptime', 'months without', 'since last'],
    pattern: /\blong[- ]?(?:lived|running|standing)\b|\b(?:up|run(?:s|ning)?|been) [^\n.]{0,30}for (?:many |several |some |\w+ )?(?:months|years|weeks)\b|\bnever (?:been )?(?:restarted|recreated)|containers? [^\n.]{0,40}(?:months|years) old/,
  },
  {
    term: 'sudden-growth',
    words: ['sudden', 'all of a sudden', 'overnight', 'within hours', 'rapidly', 'out of nowhere', 'plötzlich', 'soudain', 'de repente', '突然', '急に', 'otherwise constant', 'constant otherwise', 'some days later', 'days later'],
    pattern: /\bsudden(?:ly)?\b|\bovernight\b|within (?:a few )?(?:hours|minutes)|\brapidly\b|out of nowhere|plötzlich|soudain|de repente|突然|急に|constant otherwise|otherwise constant|(?:some|few|two|three|\d+) (?:days|weeks) later/,
  },
  {
    term: 'volumes',
    words: ['volume', 'vfs/dir', 'volumen', 'ボリューム', '卷'],
    pattern:
      /(?:leftover|left[- ]over|left behind|dangling|orphan\w*|unused|anonymous|old|stale|abandoned|local|unreferenced|named|docker) volumes?\b|\/docker\/volumes\b|docker\/vfs\/dir|(?<!storage\/)\bvfs\/dir\b|docker volume (?:ls|prune|rm)|volume prune|\bvolumes? (?:are|is|was|were|stay|remain|left|dir\w*|path|never|do not|don't|not removed|still there|grow|takes?|pil\w+)\b|directories of volumes|rm -v\b|below (?:a|the) volume|their volumes?\b|--volumes\b|匿名卷|数据卷|未使用的卷|ボリューム|verwaiste volumes|volumes? (?:orphelin|inutilis)|volúmenes|volumes? (?:órf|não utiliz)/,
  },
  {
    term: 'build-cache',
    output: /buildx_buildkit_\w+_state/,
    words: ['cache', 'buildx', 'builder', 'buildkit', 'キャッシュ', '缓存', 'caché'],
    pattern:
      /\bbuild(?:er|kit|x)?[ -]cache\b|\bbuilder prune|buildx prune|cache of (?:the )?(?:build|docker)|docker(?:'s)? (?:build )?cache|\bcache mounts?\b|--mount=type=cache|\blayer cache\b|(?:cache|caching) (?:does not|doesn't|never|is not|isn't) (?:clear|shrink|prun|clean|remov|emptied)|buildx_buildkit|var\/lib\/buildkit|ビルドキャッシュ|构建缓存|build-?cache|cache (?:de|du) (?:build|construc)|caché de (?:build|construc)/,
  },
  {
    term: 'frequent-builds',
    words: ['build', 'develop', 'ci ', 'ci/', 'jenkins', 'runner', 'gitlab', 'pipeline', 'travis', 'github actions'],
    pattern: /\b(?:many|lots of|frequent|constant|hundreds of|repeated|daily|all) builds?\b|\bbuild (?:server|machine|host|node|agent|box)|\bbuilds? (?:images? )?(?:all day|every|again and again|often|constantly|many times|repeatedly)|\bci (?:server|runner|machine|host|node|job|environment|agent)|\bjenkins\b|\bgitlab[- ]runner\b|\bbuild pipeline|\bself-hosted runner|\bi(?:'m| am) (?:developing|building)/,
  },
  {
    term: 'many-images',
    output: /\bimages?:? +\d{3,}\b/,
    words: ['image', 'イメージ', '镜像', '映像', 'imágenes', 'imagens'],
    pattern:
      /(?:dangling|unused|old|untagged|<none>|orphan\w*|leftover|many|lots of|hundreds of|heaps? of|tons? of|accumulat\w*|too many|stale|\d{3,}|\d\d) (?:\w+ )?(?:docker |container |containerd |crictl )?images?\b|images?: \d{3,}\b|images? (?:pile|accumulat|add up|are never|never (?:get )?(?:removed|cleaned|deleted)|grow)|heap of images|镜像(?:太多|过多|很多|堆积)|多くのイメージ|viele images|beaucoup d'images|muchas imágenes|muitas imagens/,
  },
  {
    term: 'deleted-files-held-open',
    output: /\(deleted\)|\blsof\b/,
    words: ['deleted', 'open file', 'lsof', 'held open', 'holds', 'still open', 'unlinked', 'file descriptor', 'file handle', '/fd/', 'restart', 'gelöschte', 'supprimés', '削除', '已删除'],
    pattern:
      /\(deleted\)|deleted (?:but|and)(?: still)? (?:open|held)|(?:still )?(?:held?|hold(?:s|ing)?|kept?|keep(?:s|ing)?) (?:\w+ ){0,4}(?:open|deleted|file (?:descriptor|handle)s?)|\blsof\b|unlinked (?:but|file)|deleted files? (?:\w+ ){0,3}(?:open|held|in use)|(?:file descriptors?|file handles?) (?:\w+ ){0,3}(?:leak|open|never closed|held)|(?:only )?(?:a |after (?:a )?|must |have to |need to |by )restart(?:ing)? (?:\w+ ){0,6}(?:frees|gives|releases|returns|by hand|every so often|regularly|reclaims?)|\+l1\b|gelöschte (?:aber|dateien)|fichiers supprimés|削除済み|已删除(?:的)?文件/,
  },
  {
    term: 'orphan-layers',
    output: /[0-9a-f]{8,}-removing\b/,
    words: ['overlay2', 'aufs', 'subvolume', 'snapshot', 'layer', 'diff', 'orphan', 'belong', '-removing', 'leftover', 'left behind', 'never clean', 'overlay'],
    pattern:
      /(?:overlay2?|aufs|aufs\/diff|subvolumes?|snapshots?|snapshotter|layers?|btrfs|diffs?)\b[^\n]{0,80}\b(?:belongs? to nothing|that (?:docker|nothing|nobody) (?:does not|doesn't|no longer)? ?know|no (?:image|container|longer)|never (?:cleaned|removed|deleted|get)|orphan\w*|left ?over|left behind|stays?\b|remains?\b|still (?:there|full|huge|exist|uses?|takes?|has|contains)|not (?:cleaned|removed|deleted|being (?:cleaned|removed|deleted)|shrink|get cleaned)|doesn't (?:shrink|clean)|(?:only|just|always|ever) (?:ever )?grow|grow\w*|unreferenced|leak\w*|do(?:es)? not (?:get )?(?:delete|remove|clean|shrink))|(?:orphan\w*|left ?over|leaked|unreferenced|dangling|stale|unknown|abandoned) (?:\w+ ){0,2}(?:layers?|subvolumes?|overlay2?|director\w+|snapshots?|folders?|diffs?)|\w-removing\b|does not delete (?:them|the layers|subvolumes?)|leak\w* (?:\w+ )?(?:subvolumes?|layers?|snapshots?|overlay2?)|(?:disk|space) under containerd (?:grows|keeps)/,
  },
  {
    term: 'everything-was-pruned',
    negative: true,
    words: ['prune', 'removed', 'removing', 'delete', 'remove', 'wiped', 'cleaned', 'no container', 'no image', '0 container', 'reclaimed', 'reinstall', 'shows 0', 'nothing', 'gelöscht', 'entfernt', 'supprim', 'elimin', 'borr', 'remov', 'apag', '削除', '删除', '清理', 'purge', 'empty', 'lists no'],
    pattern:
      /(?:remov|delet|prun|wip|clean|purg|eras)\w*(?: \w+){0,3} _?(?:all|every|any)_? (?:of )?(?:the |my |our |its |single )?(?:docker |other )?(?:containers?|images?|volumes?|data)\b|(?:remov|delet|prun|wip|clean|purg|eras|stopp)\w*[^\n.]{0,50}\b(?:everything|whatever|anything)\b|\b_?all_? (?:of )?(?:the |my )?(?:docker )?(?:containers?|images?)[^\n.]{0,50}(?:remov|delet|prun|wip|gone|clean)|(?:system|image|container|volume|builder) prune\b[^\n.]{0,60}(?:did nothing|does nothing|do nothing|nothing|no (?:effect|help|difference|change|space)|not help|n't help|not free|n't free|not change|n't change|\b0 ?b\b|frees? 0|without (?:success|effect|any)|still|to no avail|(?:is|are|was|were) (?:all )?done)|every (?:form|kind|sort) of [^\n]{0,40}prune|total reclaimed space: 0 ?b|(?:docker|podman) (?:info|images|ps|system df)`? [^\n.]{0,20}(?:shows?|says?|lists?|reports?|is|returns?) (?:only )?(?:0|nothing|none|no|empty|zero)|no (?:running |more )?containers?\b[^\n.]{0,12}\b(?:no |or |and |runs?|left|running|exist)|(?:0|zero|no) containers? (?:and|,) (?:0|zero|no) images?|no images? (?:and|or|,|left)|pruned? everything|reinstalled docker|(?:nothing|none) (?:is |was )?(?:left|listed|running)|removing images gives no|alle (?:container|images)[^\n.]{0,40}(?:gelöscht|entfernt)|supprimé (?:tous|toutes)|(?:eliminé|borré|eliminado|borrado) tod[oa]s|(?:removi|apaguei|excluí|deletei) todos|(?:全|すべて|全て)[^\n。]{0,12}削除|(?:删除|清理|清空)了?(?:所有|全部)|所有(?:的)?(?:容器|镜像)[^\n。]{0,10}(?:删除|清理)/,
  },
  {
    term: 'space-not-returned',
    negative: true,
    words: ['space', 'free', 'reclaim', 'shrink', 'returned', 'room', 'stays', 'platz', 'espace', 'espacio', 'espaço', '空间', '容量', 'disk', 'gain', 'go away', 'goes away', 'released'],
    pattern:
      /(?:space|room|disk|storage|blocks)[^\n.]{0,60}\b(?:(?:is|was|are|were|does|do|did|has|have|gets?|being|be)? ?(?:not|n't|never)|isn't|wasn't|doesn't|didn't|don't|hasn't|never) (?:\w+ ){0,2}(?:return\w*|freed?|reclaim\w*|given|released?|come|came|go down|shrink|recover\w*|drop\w*|decreas\w*)|(?:not|n't|never|no|without) (?:\w+ ){0,3}(?:free|freeing|return|returning|reclaim\w*|give|giving|release|recover\w*|gain)\w* (?:\w+ ){0,4}(?:space|room|disk|storage)|gives? no (?:space|room) back|(?:space|room) (?:back|again)|(?:never|not|doesn't|won't|don't) shrinks?\b|shows? no (?:gain|change|difference)|where (?:has|have|did|is) [^\n.?]{0,30}(?:gone|go|space)|takes none of them away|it stays\b|stays? (?:the same|full|there)|still (?:in use|used|full|uses|takes|occupie[sd]|at \d)|nothing (?:is |was |gets )?freed|frees? nothing|reclaims? (?:nothing|no)|platz[^\n.]{0,30}nicht (?:frei|zurück)|espace[^\n.]{0,30}(?:pas|jamais) (?:libéré|rendu|récupéré)|espacio[^\n.]{0,40}no se (?:libera|recupera)|no (?:libera|recupera)|não (?:libera|devolve|recupera)|空间(?:没有|未|不)(?:释放|回收)|解放され(?:ない|ません)/,
  },
  {
    term: 'many-small-files',
    output: /\/node_modules\/|\.cache\/yarn|npm-cache|_cacache/,
    words: ['node_modules', 'npm', 'yarn', 'small files', 'files', '個のファイル', '文件', 'inode'],
    pattern: /\bnode_modules\b|\byarn (?:cache|install)\b|\.cache\/yarn|\bnpm (?:packages?|install|ci|cache)\b|(?:many|lots of|millions? of|thousands of|tons of|tiny|so many) (?:\w+ )?(?:small |little |tiny )?files\b|\bsmall files\b|(?:~|about |around |over |some |more than )?\d{2,3}(?:[.,]?\d{3}|k)\+? (?:\w+ )?files\b|after about \d{2,3}[,.]?\d{3}\b|creating files in|大量(?:的)?(?:小)?文件|viele kleine dateien|petits fichiers|archivos pequeños|arquivos pequenos/,
  },
  { term: 'inodes', output: /\bdf -\w*i\w*\b|\biuse%|\bifree\b/, words: ['inode', 'df -i', 'iused', 'ifree', 'iノード', 'i-node'], pattern: /\binodes?\b|\bi-nodes?\b|\bdf -\w*i\w*\b|\biuse%|\bifree\b|iノード/ },
  {
    term: 'inodes-excluded',
    negative: true,
    words: ['inode'],
    pattern: /(?:plenty|enough|lots|sufficient|a lot|free|no shortage|many)(?: of)?[^\n.]{0,40}\binodes?\b|\binodes?\b[^\n.]{0,30}(?:(?:are|is|look|looks|seem) (?:fine|ok|okay|good|free|not)|also fine|not exhausted|plenty|available)/,
  },
  {
    term: 'disk-was-resized',
    output: /qemu-img resize|\bgrowpart \//,
    words: ['resiz', 'enlarg', 'extend', 'grew', 'grow', 'increase', 'bigger', 'larger disk', 'expanded', 'vergrößer', 'agrand', 'ampli', 'aument', '拡張', '扩容', '扩展', 'moved to', 'growpart', 'changed the disk', 'raised'],
    pattern:
      /\b(?:resiz(?:ed?|ing)|enlarg(?:ed?|ing)|expand(?:ed|ing)?|extend(?:ed|ing)?|grew|increas(?:ed?|ing)|bump(?:ed|ing)?|rais(?:ed|ing)|doubl(?:ed|ing))\b[^\n.]{0,60}\b(?:disk|volume|partition|drive|image|ebs|vdisk|storage|lv|faq|vm|raw|qcow2|size|gb)\b|\b(?:disk|volume|partition|drive|image|ebs|vdisk|storage|lv)\b[^\n.]{0,40}\b(?:was |were |has been |had been |is |got )?(?:resized|enlarged|expanded|extended|grown|increased)\b|did the resize|\bgrowpart\b|\bresize2fs\b|\bxfs_growfs\b|qemu-img resize|bigger disk|larger disk|from \d+ ?gb? to \d+ ?gb?|(?:festplatte|platte|partition)[^\n.]{0,30}vergrößert|disque[^\n.]{0,30}agrandi|(?:amplié|aumenté|aumentei|ampliei)[^\n.]{0,30}disco|ディスク[^\n。]{0,12}拡張|磁盘[^\n。]{0,8}扩(?:容|展)|扩容/,
  },
  {
    term: 'shared-memory',
    output: /shared memory segment/,
    words: ['shm', 'shared memory', 'shared-memory', 'shared_buffers', '共有メモリ', '共享内存', 'sigbus', 'bus error', 'gemeinsamer speicher', 'mémoire partagée', 'memoria compartida'],
    pattern: /\/dev\/shm\b|\bshm[-_]size|\bshm\b|shared[- ]memory|\bdynamic_shared_memory|共有メモリ|共享内存|mémoire partagée|memoria compartida/,
  },
  { term: 'tmpfs', words: ['tmpfs', 'ramdisk', '/run ', '/run/', 'emptydir', 'ram disk'], pattern: /\btmpfs\b|--tmpfs\b|\bramdisk\b|medium: memory|(?:^|[\s`"'])\/(?:var\/)?run(?:\/(?:docker|user|containerd|k3s|systemd)\b[^\s]*|(?=[\s`"',.]))/m },
  {
    term: 'temporary-directory',
    output: /(?:^|[\s"'=])\/var\/tmp\/|docker-tar\d|container_images_|getimageblob/m,
    words: ['tmpdir', '/var/tmp', '/tmp', 'tmp', 'temp dir', 'temporary', 'image_copy_tmp_dir', '一時', '临时', 'temporär', 'temporaire'],
    pattern: /\btmpdir\b|docker_tmpdir|\/var\/tmp\b|image_copy_tmp_dir|--tmpdir|temp(?:orary)? (?:dir(?:ectory)?|folder|files?|space|blobs?|storage)|\bin \/tmp\b|\/tmp (?:is|was|fills?|on|partition|directory|has)|docker\/tmp\b|getimageblob|docker-tar\b|container_images_|一時(?:ディレクトリ|ファイル)|临时(?:目录|文件)|temporäre|temporaire|temporal(?:es)?\b/,
  },
  {
    term: 'read-only',
    output: /remounting filesystem read-only|forced readonly/,
    words: ['read-only', 'read only', 'readonly', 'nur lesbar', 'schreibgeschützt', 'lecture seule', 'solo lectura', 'sólo lectura', 'somente leitura', '読み取り専用', '只读', 'remount', 'erofs'],
    pattern: /\bread[- ]?only\b|remount\w* (?:\w+ ){0,3}ro\b|nur lesbar|schreibgeschützt|lecture seule|s[oó]lo lectura|somente leitura|読み(?:取り|込み)専用|只读|\berofs\b/,
  },
  { term: 'quota', words: ['quota', 'quote', 'cuota', '配额', 'kontingent', 'qgroup', 'クォータ'], pattern: /\bquotas?\b|\bqgroups?\b|\bcuota\b|配额|\bkontingent|クォータ/ },
  {
    term: 'df-shows-space',
    negative: true,
    words: ['df', 'free', 'available', 'plenty', 'space', 'used', 'looks full', 'full', 'remaining', 'left', 'frei', 'libre', 'livre', '空き', '剩余', 'terabyte', '足够'],
    pattern:
      /(?:plenty|lots|loads|tons|heaps|ample|a lot|a good deal) of (?:\w+ )?(?:free|available|unused|spare|empty) (?:disk )?(?:space|room|disk|storage)|\b(?:has|have|had|with|is|are|got|still|there's|shows?) (?:\w+ ){0,2}(?:plenty|lots|loads|tons|heaps|ample|terabytes|a lot)(?: of)? (?:\w+ ){0,2}(?:space|room|disk|available|free|gb|tb)|(?<!not |n't |never )\b(?:enough|sufficient) (?:free |available |disk )*(?:space|room)\b|(?:terabytes|gigabytes|[gt]b) of it (?:available|free)|(?:even )?with (?:available|free|plenty of) (?:disk )?space|\bspace (?:is )?(?:free|available) on\b|(?:has|have|had|is|are|still|shows?|with|lots of) (?:\w+ ){0,2}free (?:disk )?space|lots of free disk|\bonly \d{1,2} ?% (?:\w+ )?(?:used|full|in use)|\b\d{1,2} ?% (?:used|free|full)\b|\b\d+(?:[.,]\d+)? ?[gt]i?b?s? (?:are |is |of space |still )?(?:free|available|left|remaining|unused)\b|(?:has|have|had) (?:some |about |still )?\d+ ?[gt]i?b? (?:left|free)|\bnone of [^\n.]{0,30} (?:looks?|is|are) full|(?:disk|file ?system|partition|df|volume|drive|nothing)[^\n.]{0,30}(?:is not|isn't|are not|aren't|nowhere near|far from|never|not even close to) (?:\w+ ){0,2}full|of \d+ ?[gt]i?b? remaining|remaining\b[^\n.]{0,20}(?:space|gb|tb)|gb of \d+tb remaining|there is enough|(?:is|are) not? (?:a )?space problem|do not see how this can be a space|(?:gib|gb|tb|tib) between used and size|(?:even though|although|though|despite)[^\n.]{0,60}(?:free|available|enough|empty|plenty)|nearly empty in bytes|genug (?:platz|speicher)|noch [^\n.]{0,20}frei\b|assez d'espace|espace (?:est )?(?:disponible|libre) (?:sur|reste)|(?:hay|tengo|tiene|queda) (?:suficiente |mucho )?espacio (?:libre|disponible|suficiente)?|(?:tem|há|tenho) (?:bastante |muito )?espaço (?:livre|disponível|suficiente)?|空き(?:容量|領域)?[^\n。]{0,10}(?:ある|十分|あり|残って)|(?:空间|磁盘)[^\n。]{0,6}(?:足够|充足|还有|很多)|还有[^\n。]{0,12}空间/,
  },
  {
    term: 'du-does-not-explain',
    negative: true,
    words: ['du ', '`du', 'du,', 'adds up', 'add up', 'nothing heavy', 'cannot find', "can't find", 'nothing big', 'differ', 'explain', 'disagree', 'where', 'du shows', 'ncdu', 'account', 'much more than', 'where is', 'too high'],
    pattern:
      /\bn?c?du\b[^\n.]{0,80}\b(?:only|but|less|shows?|says?|differ|disagree|not|does not|doesn't|while|vs|reports?|adds?)\b|\bdf and du\b|\bdu and df\b|(?:do(?:es)?(?: not|n't)|don't|never) add up|nothing (?:heavy|big|large)|(?:cannot|can't|could not|couldn't|unable to|do not|don't) (?:find|see|tell|explain) (?:\w+ ){0,4}(?:what|where|which|space|it went)|what (?:takes|eats|uses|fills|is using|is taking)[^\n.]{0,40}(?:space|disk|room)|where (?:has|have|did|is|does)\b[^\n?]{0,50}(?:gone|go\b|space|went)|much more than|use of that (?:file ?system|disk) is (?:far )?too high|unaccounted|unexplained|mystery|adds? up to (?:only |about |just )?\d/,
  },
  {
    term: 'hangs',
    output: /blocked for more than \d+ seconds/,
    words: ['hang', 'hung', 'never return', 'no answer', 'unresponsive', 'freez', 'froze', 'stuck', 'blocked for more', 'goes dead', 'does not respond', 'not respond', 'd state', 'not answer', 'pending', 'uninterruptible', 'hängt', 'bloqué', 'cuelga', 'trava', 'ハング', '固まる', '卡住', '无响应', 'sits there', 'timeout'],
    pattern: /\bhang(?:s|ing)?\b|\bhung\b|never returns?\b|(?:gives?|get|no) (?:no )?(?:answer|response|reply)\b|\bunresponsive\b|\bfr(?:ee|o)z(?:e|es|en|ing)\b|\bstuck\b|blocked for more than|goes? dead|(?:not|n't|stops?|never) (?:answer|respond)\w*|\bin d state\b|uninterruptible|just sits|for ever\b|\bforever\b|hängt|bloqué|se cuelga|trava(?:do|ndo)?\b|ハング|固ま|卡住|卡死|无响应|没有响应/,
  },
  {
    term: 'image-larger-than-10g',
    words: ['gb', 'gib', 'g image', '10g'],
    pattern:
      /\bimages?\b[^\n.;]{0,50}?\b(?:(?:is|are|of|was|has|about|around|over|larger than|bigger than|more than|>|exceeds?|size:?|~|≈)\s?){1,4}(?:1\d|[2-9]\d|\d{3})(?:[.,]\d+)? ?gi?b?\b|\b(?:1\d|[2-9]\d|\d{3})(?:[.,]\d+)? ?gi?b?(?:[- ]\w+)? (?:docker |container |base )?image\b|images? (?:\w+ ){0,3}(?:larger|bigger|greater|over|more) than (?:the )?(?:10|base ?(?:device )?size)|(?:image|layer)s?[^\n.]{0,40}exceeds? (?:the )?(?:10|base)/,
  },
  { term: 'large-image', words: ['image', 'layer', 'gb', 'large', 'big', 'huge'], pattern: /\b(?:large|big|huge|beefy|heavy|fat|giant|enormous) (?:\w+ )?(?:docker |oci |container )?(?:images?|layers?|containers?)\b|\bimages?\b[^\n.]{0,30}\b(?:large|big|huge)\b|\b(?:[3-9]|\d\d)(?:[.,]\d+)? ?gi?b? (?:docker |container )?image/ },
  { term: 'base-device-size', words: ['basesize', 'base device size', 'base size', 'base device', '10g', '10.74', '10 gb'], pattern: /\bdm\.basesize\b|\bbase ?(?:device )?size\b|10\.7\d gb|\b(?:limit\w*|only|max\w*|stuck|restricted|capped)[^\n.]{0,20} 10 ?gi?b?\b|\b10 ?gi?b? (?:limit|container|rootfs|root|base|per container)/ },
  {
    term: 'copies-every-layer',
    output: /containers\/storage\/vfs\/dir/,
    words: ['vfs', 'copy', 'copies', 'times', '100x', 'each step', 'every step', 'each layer', 'every layer', 'for each', 'wast', 'hundreds of g', 'kopie', 'copie', 'copia'],
    pattern:
      /(?:each|every|per) (?:\w+ ){0,2}(?:step|layer|instruction|command|run|commit|line)\b[^\n.]{0,100}(?:copy|copies|grow|gb|slow|long|space|full|duplicat|takes)|(?:full |whole |complete )cop(?:y|ies)\b|copies (?:the |every|each|all)|\b(?:many|several|\d+) ?(?:x|times|×) (?:what|the size|the space|larger|bigger|more|as much|as large|its size|the image|(?:\w+ )?than)|about \d+x\b|wastes? (?:a lot of |much |so much |too much )?(?:disk )?(?:space|storage)|hundreds of (?:gbs?|gigabytes?|gigs?)[^\n.]{0,80}(?:build|container|image|few)|storage\/vfs\/dir|takes (?:all|up all) (?:of )?(?:the |my )?(?:disk|space)|grows by about|\bvfs\b[^\n.]{0,40}(?:copy|copies|slow|space)/,
  },
  { term: 'disk-pressure', output: /disk[- ]?pressure\b(?! +false)/, words: ['diskpressure', 'disk pressure', 'disk-pressure'], pattern: /disk[- ]?pressure/ },
  { term: 'evicted', output: /\bevicted\b/, words: ['evict'], pattern: /\bevict(?:ed|ion|ions|s|ing)?\b/ },
  { term: 'ephemeral-storage', output: /resource: ephemeral-storage/, words: ['ephemeral'], pattern: /ephemeral[- ](?:local )?storage/ },
  { term: 'node-allocatable', output: /^allocatable:/m, words: ['allocatable', 'kube-reserved', 'system-reserved', 'reserved'], pattern: /\ballocatable\b|\b(?:kube|system)-?reserved\b/ },
  {
    term: 'two-disks',
    words: ['/dev/', 'imagefs', 'nodefs', 'second disk', 'separate disk', 'separate partition', 'different disk', 'other disk', 'mounted on', 'own disk', 'both disks', 'separate volume', 'data disk'],
    pattern: /\bimagefs\b|\bnodefs\b|(?:second|separate|different|other|own|extra|dedicated|data) (?:\w+ )?(?:disk|partition|volume|filesystem|drive)\b|\/dev\/[a-z]{2,4}\d?\b[^\n.]{0,60}\/dev\/[a-z]{2,4}\d?\b/,
  },
  { term: 'reboot', words: ['reboot', 'restart the host', 'restart the machine', 'power cycle', 'neustart', 'redémarr', 'reinici', '再起動', '重启'], pattern: /\breboot(?:s|ed|ing)?\b|restart (?:of )?the (?:host|machine|server|node)|power[- ]cycl|\bneustart|redémarr|\breinici|再起動|重启/ },
  {
    term: 'upgrade',
    words: ['upgrad', 'updat', 'new version', 'since version', 'downgrad', 'aktualis', 'mise à jour', 'actualiz', 'atualiz', 'アップデート', 'アップグレード', '升级', 'migrat'],
    pattern: /\bupgrad(?:e|es|ed|ing)\b|\bupdat(?:e|ed|ing)\b|(?:since|after|with) (?:the )?(?:new )?version|\bdowngrad\w+|\baktualis|mise à jour|\bactualiz|\batualiz|アップ(?:デート|グレード)|升级|\bmigrat(?:ed|ion|ing)\b/,
  },
  { term: 'balance', output: /btrfs (?:fi(?:lesystem)? )?balance|error during balancing/, words: ['balanc'], pattern: /\bre-?balanc(?:e|ed|ing)\b|\bbtrfs balance\b|\bbalance (?:start|failed|fails|stops|ran|run|status)\b|\b(?:a|the|full|ran|run) balance\b|-dusage|-musage/ },
  { term: 'keyring', output: /session key/, words: ['keyring', 'session key', 'maxkeys', 'maxbytes', 'key-users', 'key quota'], pattern: /\bkeyrings?\b|session key|\b(?:root_)?max(?:keys|bytes)\b|key-users|key quota/ },
  { term: 'semaphores', output: /\bsemget\b|maximum number of semaphores/, words: ['semaphore', 'kernel.sem', 'semget', 'udevcookie', 'udev cookie', 'ipcs', 'semmni', 'udevcomplete'], pattern: /\bsemaphores?\b|\bkernel[./]sem\b|\bsemget\b|udev[ _-]?cookies?|udevcomplete|\bipcs\b|\bsemm(?:ni|ns|sl)\b/ },
  { term: 'inotify', output: /\binotify_add_watch\b|max_user_(?:watches|instances)/, words: ['inotify', 'file watcher', 'watchers', 'max_user_watches', 'fsnotify', 'directory watch'], pattern: /\binotify\w*|\bfsnotify\b|file watch(?:er|es|ers)\b|max_user_(?:watches|instances)|directory watch/ },
  { term: 'cgroups', output: /(?:mkdir|inotify_add_watch) \/sys\/fs\/cgroup|\/proc\/cgroups/, words: ['cgroup'], pattern: /\bcgroups?\b|\/sys\/fs\/cgroup/ },
  { term: 'mounts', output: /proc\/[^ ]{1,20}\/mount(?:info|s)\b[^\n]{0,10}\|? ?(?:wc|$)|mount-max/m, words: ['mountinfo', 'mount-max', 'mounts', 'mount points', 'mount entries', 'mount namespace', '/proc/mounts', 'mount leak'], pattern: /\bmountinfo\b|mount[-_]max|(?:many|leaked?|leaking|thousands of|too many|stale|leftover|\d{3,}|number of|duplicate\w*) (?:\w+ )?mounts?\b|\bmount (?:points?|entries|leaks?)\b[^\n.]{0,30}(?:leak|grow|many|remain|left|accumul|limit)|mounts? (?:leak|pile|accumul|remain|are left|grow)|leak\w* mounts?|\/proc\/(?:\*|\d+|self|mounts)\/?mounts?\b|rshared|:r?shared\b/ },
  { term: 'create-delete-cycle', words: ['create', 'created', 'deleted', 'delete', 'start', 'churn'], pattern: /creat\w+ and (?:delet|remov|destroy)\w+|(?:start|creat)\w+ and (?:stopp?|kill)\w+[^\n.]{0,40}(?:containers?|pods?)|\bchurn\b|(?:many|lots of|thousands of) (?:\w+ )?(?:containers?|pods?) (?:were |are |get )?(?:created|started|deleted)|stability test|stress test|in a loop/ },
  { term: 'oom', words: ['out of memory', 'oom', 'memory pressure'], pattern: /out of memory|\boom(?:[- ]?kill\w*)?\b|memory pressure/ },
  { term: 'abrupt-stop', words: ['power', 'crash', 'killed', 'unclean', 'panic', 'hard reset', 'stromausfall', '停電', '断电'], pattern: /power (?:loss|outage|failure|cut)|\bcrash(?:ed|es)?\b|unclean (?:shutdown|stop)|kernel panic|hard (?:reset|reboot)|stromausfall|停電|断电/ },
];
