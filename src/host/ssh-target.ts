import { UllageError } from './host.ts';

export interface SshTarget {
  /** as messages name it: `ssh://root@db1:2222` */
  label: string;
  /** what ssh(1) gets: options and the host name, last */
  args: string[];
}

// A host may be an alias of the user's ssh config. No word may begin with `-`: ssh would take
// it for an option (CVE-2017-1000117 and its kin).
const TARGET = /^ssh:\/\/(?:([^@/:]+)@)?(?:\[([0-9A-Fa-f:.]+(?:%\w+)?)\]|([^@/:[\]]+))(?::(\d{1,5}))?\/?$/;
const HOST = /^[\p{L}\p{N}_][\p{L}\p{N}._-]*$/u;
const USER = /^[\p{L}\p{N}_][\p{L}\p{N}._+\\-]*\$?$/u;

/** Reads `ssh://[user@]host[:port]`; an UllageError says what is wrong with anything else. */
export function parseSshTarget(spec: string): SshTarget {
  const match = TARGET.exec(spec);
  const [, user, v6, name, portText] = match ?? [];
  const host = v6 ?? name;
  const port = portText === undefined ? undefined : Number(portText);
  const good =
    host !== undefined &&
    (v6 !== undefined || HOST.test(host)) &&
    (user === undefined || USER.test(user)) &&
    (port === undefined || (port > 0 && port < 65_536));
  if (!good) {
    throw new UllageError(
      'not a host that ssh can be given',
      // control characters of a hostile name must not reach the terminal; a password neither
      JSON.stringify(spec.replace(/:[^@/]*@/, ':***@')),
      'Write it as ssh://user@host or ssh://user@host:port; keys and passwords are the business of your ssh configuration.',
    );
  }
  return {
    label: `ssh://${user === undefined ? '' : `${user}@`}${v6 === undefined ? host : `[${host}]`}${port === undefined ? '' : `:${port}`}`,
    args: [
      ...(user === undefined ? [] : ['-l', user]),
      ...(port === undefined ? [] : ['-p', String(port)]),
      '--',
      host,
    ],
  };
}
