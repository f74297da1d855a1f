/**
 * The room rule (ARCHITECTURE.md): data walks one way, and only host/ touches a machine.
 * Each room lists the rooms it may import from; all others are out of bounds.
 */
const rooms = {
  host: [],
  tools: [],
  probes: ['host', 'tools', 'formats'],
  stack: ['probes'],
  causes: ['stack', 'probes'],
  remedies: ['causes', 'stack', 'tools', 'probes'],
  plan: ['host', 'tools'],
  formats: [],
  rescue: ['formats', 'probes', 'host'],
  usage: ['formats', 'probes', 'stack', 'tools', 'host'],
  watch: ['stack', 'causes', 'probes', 'remedies', 'plan', 'host', 'usage'],
  web: ['watch', 'plan', 'usage', 'host', 'stack', 'causes', 'probes'],
};
// contracts that go through the house as types: a cause quotes any fact
const types = {
  stack: ['host'],
  causes: ['host', 'remedies'],
  remedies: ['plan', 'host'],
  plan: ['probes'],
};

const all = [...Object.keys(rooms), 'cli', 'bin'];
const room = (name) => `^src/${name}/`;
const outOfBounds = Object.entries(rooms).map(([name, may]) => {
  const seen = types[name] ?? [];
  const never = all.filter((other) => other !== name && !may.includes(other) && !seen.includes(other));
  return {
    name: `${name}-imports-downwards`,
    comment: `src/${name} may import from: ${may.join(', ') || 'nothing'}${seen.length ? `; types of ${seen.join(', ')}` : ''}`,
    severity: 'error',
    from: { path: room(name) },
    to: { path: never.map(room) },
  };
});
const typesOnly = Object.entries(types).map(([name, seen]) => ({
  name: `${name}-types-only`,
  comment: `src/${name} may use types of ${seen.join(', ')}, never their code; UllageError (host/host.ts) is for every room`,
  severity: 'error',
  from: { path: room(name) },
  to: { path: seen.map(room), pathNot: '^src/host/host\\.ts$', dependencyTypesNot: ['type-only'] },
}));

module.exports = {
  forbidden: [
    ...outOfBounds,
    ...typesOnly,
    {
      name: 'only-host-touches-a-machine',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(host|web)/' },
      to: {
        path: '^(node:)?(fs|fs/promises|child_process|net|http|https|http2|tls|dgram|dns|worker_threads|cluster|inspector)$',
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'entry-stays-tiny',
      comment: 'what --help and --version load',
      severity: 'error',
      from: { path: '^src/(cli/(help|exit-status)|version)\\.ts$' },
      to: { pathNot: '^src/cli/exit-status\\.ts$', dependencyTypesNot: ['type-only'] },
    },
    { name: 'no-cycle', severity: 'error', from: {}, to: { circular: true } },
    { name: 'resolves', severity: 'error', from: {}, to: { couldNotResolve: true } },
    { name: 'src-stands-alone', severity: 'error', from: { path: '^src/' }, to: { path: '^(test|scripts|lab)/' } },
    {
      name: 'no-dev-dependency-in-src',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'], pathNot: 'node_modules/@types/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
  },
};
