import type { Argv } from '../../plan/plan.ts';

/** `( -name A -o -name B )` */
function named(names: readonly string[]): Argv {
  return ['(', ...names.flatMap((name, index) => [...(index === 0 ? [] : ['-o']), '-name', name]), ')'];
}

/** Those of the names that lie in the directory itself. */
export function lying(directory: string, names: readonly string[]): Argv {
  return ['find', directory, '-mindepth', '1', '-maxdepth', '1', ...named(names)];
}

/** Printed by the two that follow as their first line: so a find(1) that knows no -lname is not taken for "nobody". */
export const LOOKED = '^looked$';
const AHEAD = ['-path', '/proc/version', '-printf', 'looked\\n', '-o'];

/** Files of these names, or below them, that any process has open, is in, or runs. Exit 1 when one ended meanwhile. */
export function openUnder(names: readonly string[]): Argv {
  const links = names.flatMap((name, index) => [
    ...(index === 0 ? [] : ['-o']),
    ...['-lname', `*/${name}`, '-o', '-lname', `*/${name}/*`],
  ]);
  return [
    'find',
    '/proc',
    '-maxdepth',
    '3',
    ...AHEAD,
    ...['-path', '/proc/[!0-9]*', '-prune', '-o'],
    ...['(', '-path', '/proc/[0-9]*/fd/*', '-o', '-path', '/proc/[0-9]*/map_files/*', '-o'],
    ...['-path', '/proc/[0-9]*/cwd', '-o', '-path', '/proc/[0-9]*/root', '-o', '-path', '/proc/[0-9]*/exe', ')'],
    ...['(', ...links, ')', '-printf', '%p %l\\n'],
  ];
}

/** Mount tables of any process in which one of the names stands. */
export function mountedUnder(names: readonly string[]): Argv {
  return [
    ...['find', '/proc', '-maxdepth', '2', ...AHEAD],
    ...['-path', '/proc/[0-9]*/mountinfo', '-exec', 'grep', '-HsF'],
    ...names.flatMap((name) => ['-e', `/${name}`]),
    '{}',
    '+',
  ];
}
