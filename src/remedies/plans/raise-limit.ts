import type { Scene } from '../../causes/cause.ts';
import { UllageError } from '../../host/host.ts';
import { ask, type PlannedRemedy, type PlanRequest, rest } from './planned.ts';

/** Which sysctls a cause is about. */
const OF_CAUSE = new Map<string, string[]>(
  Object.entries({
    'inotify-watches': ['fs.inotify.max_user_watches'],
    'inotify-instances': ['fs.inotify.max_user_instances'],
    'mount-max': ['fs.mount-max'],
    'keyring-quota': ['kernel.keys.maxkeys', 'kernel.keys.maxbytes'],
  }),
);
/** The least that is sensible to raise each to: twice 0 is 0. */
const LEAST: [name: RegExp, value: number][] = [
  [/^fs\.inotify\.max_user_watches$/, 524_288],
  [/^fs\.inotify\.max_user_instances$/, 1024],
  [/^fs\.mount-max$/, 200_000],
  [/^kernel\.keys\.(root_)?maxkeys$/, 20_000],
  [/^kernel\.keys\.(root_)?maxbytes$/, 2_000_000],
  [/^user\.max_\w+_namespaces$/, 28_633],
  [/^user\.max_inotify_watches$/, 524_288],
  [/^user\.max_inotify_instances$/, 1024],
];
/** sysctls of a number that only rises: anything else needs a person who knows what it does */
const KNOWN =
  /^(fs\.inotify\.max_\w+|fs\.mount-max|fs\.file-max|fs\.aio-max-nr|user\.max_\w+|kernel\.keys\.(root_)?max\w+|kernel\.pid_max|kernel\.threads-max|vm\.max_map_count)$/;

export const raiseLimit: PlannedRemedy = {
  id: 'raise-limit',
  settings: [
    { name: 'name', says: 'the sysctl, as fs.inotify.max_user_watches; default: that of the finding', kind: 'text' },
    {
      name: 'value',
      says: 'what to raise it to; default: twice what it is, or the usual value if that is more',
      kind: 'number',
    },
  ],
  *draft(request) {
    const wanted = limitsOf(request);
    const raised: { name: string; from: number; to: number }[] = [];
    for (const name of wanted) {
      const now = yield* rest(`${name} now`, ['sysctl', '-n', name]);
      const from = Number(now.stdout.trim());
      if (now.exitCode !== 0 || !Number.isFinite(from))
        throw new UllageError(
          'the limit cannot be read',
          `sysctl -n ${name}: ${now.stderr.trim()}`,
          'Is that its name?',
        );
      const to = Number(request.settings.get('value') ?? Math.max(leastOf(name), from * 2));
      if (to > from) raised.push({ name, from, to });
      else if (request.settings.has('value'))
        throw new UllageError(
          'that would not raise the limit',
          `${name} is ${from}, --set value=${to}`,
          'Give more than it is',
        );
    }
    const [first] = raised;
    if (!first)
      throw new UllageError('the limit is high enough', wanted.join(', '), 'Give --set value=N to raise it further');
    const path = `/etc/sysctl.d/99-zz-ullage-${first.name.replaceAll('.', '-')}.conf`;
    const other = yield* ask([
      'grep',
      '-rHE',
      `^[[:space:]]*(${raised.map(({ name }) => name.replaceAll('.', '[./]')).join('|')})[[:space:]]*=`,
      '/etc/sysctl.conf',
      '/etc/sysctl.d',
    ]);
    const others = other.stdout.split('\n').filter((line) => line !== '' && !line.startsWith(`${path}:`));
    const last = others.find((line) => line.startsWith('/etc/sysctl.conf:'));
    return {
      on: request.on ?? first.name,
      settings: { name: raised.map(({ name }) => name).join(','), value: raised.map(({ to }) => to).join(',') },
      predicted: { downtime: 0, seconds: 2, risk: 'online' },
      notes: [
        ...others.map(
          (line) =>
            `Another setting of it stands in ${line.trim()}; the file written here is read behind those of /etc/sysctl.d.`,
        ),
        ...(last
          ? [
              'procps reads /etc/sysctl.conf last of all: take the line out of it, or the old limit is back after the next start.',
            ]
          : []),
        ...(first.from === 0 ? ['It was 0: somebody may have forbidden it on purpose. Ask first.'] : []),
      ],
      treats: [],
      steps: [
        {
          id: 'keep',
          title: 'Write it down for the next start',
          why: 'A limit set by hand is gone after a restart.',
          run: [],
          writes: [{ path, content: raised.map(({ name, to }) => `${name} = ${to}\n`).join(''), mode: '0644' }],
          undo: [],
          before: [],
          after: [],
          risk: 'online',
          idempotent: true,
          ifStopped: 'The limit is as before until the next start, then the new one.',
        },
        ...raised.map(({ name, from, to }) => ({
          id: `set-${name.replaceAll(/[^a-z0-9]+/g, '-')}`,
          title: `Raise ${name} from ${from} to ${to}`,
          why: 'It holds at once, for running containers too.',
          run: [['sysctl', '-w', `${name}=${to}`]],
          undo: [['sysctl', '-w', `${name}=${from}`]],
          before: [],
          after: [
            {
              says: `${name} is at least ${to}`,
              run: ['sysctl', '-n', name],
              number: { pattern: '^(\\d+)', atLeast: to },
            },
          ],
          risk: 'online' as const,
          idempotent: true,
          ifStopped: 'The new limit holds.',
        })),
      ],
    };
  },
};

function leastOf(name: string): number {
  return LEAST.find(([known]) => known.test(name))?.[1] ?? 0;
}

function limitsOf(request: PlanRequest): string[] {
  const name =
    request.settings.get('name') ?? (request.on?.includes('.') && KNOWN.test(request.on) ? request.on : undefined);
  if (name !== undefined) {
    if (!KNOWN.test(name))
      throw new UllageError(
        'not a limit that is safe to raise blindly',
        name,
        'inotify, user namespaces, keys, mounts, files, map count',
      );
    return [name];
  }
  const found =
    request.finding && (OF_CAUSE.get(request.finding.cause) ?? fromFacts(request.scene, request.finding.cause));
  if (found && found.length > 0) return found;
  throw new UllageError(
    'which limit?',
    'nothing says that one is reached',
    'Name it: --set name=fs.inotify.max_user_watches',
  );
}

/** Of namespaces the finding's limit is whichever is used up. */
function fromFacts(scene: Scene, cause: string): string[] {
  if (cause !== 'ucounts-namespaces') return [];
  const full = scene.facts.all(
    'limit',
    ({ name, value, used }) => name.startsWith('user.max_') && used !== undefined && used >= value * 0.9,
  );
  return [...new Set(full.map(({ value }) => value.name))];
}
