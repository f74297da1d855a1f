import { type Document, unwrapArgv } from './document.ts';
import { type Found, found } from './fact.ts';
import type { System } from './facts/limits.ts';
import type { Probe } from './probe.ts';

/** `Linux host 5.15.0-89-generic #99~20.04.1-Ubuntu SMP … x86_64 GNU/Linux`. */
const UNAME = /(?:^|[\s:"'`])Linux ([\w.-]{1,64}) (\d{1,2}\.\d{1,3}[\w.+~-]{0,80}) #/;
/** `Kernel Version: 4.14.1`, `kernel 3.13`, `Linux 4.6.3-040603-generic`, `uname -r: …`. */
const KERNEL =
  /\b(?:kernel(?: version)?|linux|uname -r)[:= ]{1,3}["'`]?(?:linux )?v?([2-9]\.\d{1,3}(?:\.\d{1,4})?(?:[-+.][\w.+~-]{1,60})?)\b/i;
/** A kernel release on a line of its own, as `uname -r` prints it. */
const RELEASE = /^\s{0,4}([2-9]\.\d{1,3}\.\d{1,4}-[\w.+~-]{1,60})(?: #\S{1,60})?\s*$/;
const OS_RELEASE =
  /^\s{0,4}(?:PRETTY_NAME=|Operating System: |Description:\s{1,4}|Static OS: )["']?([^"'\n]{2,120}?)["']?\s*$/;
/** A distribution with its version, or one whose name alone says how its storage is made; never part of an image's or path's name. */
const NAMED_OS =
  /(?<![\w/.:-])((?:ubuntu|debian|centos(?: linux)?|rhel|red hat enterprise linux|fedora|alpine(?: linux)?|amazon linux|opensuse(?: leap)?|sles|rocky(?: linux)?|alma(?:linux)?|oracle linux|raspbian|proxmox|nixos) (?:linux )?v?\d{1,4}(?:\.\d{1,3}){0,3}|fedora[- ](?:coreos|iot|silverblue)|amzn-ami|amazon linux|flatcar|coreos|unraid|synology|truenas|zimaos|bottlerocket|talos linux|arch linux)\b(?![/:])/i;
const GATE =
  /\blinux\b|kernel|uname|PRETTY_NAME|Operating System|ubuntu|debian|centos|rhel|red hat|fedora|amazon linux|amzn|suse|rocky|almalinux|alpine|raspbian|unraid|synology|truenas|nixos|\d\.\d{1,3}\.\d{1,4}-\w/i;

/** Which host this is: name, kernel release, distribution, who looks. */
export const system: Probe = {
  id: 'system',
  title: 'uname, hostname, /etc/os-release, id',
  asks: () => [
    { kind: 'run', argv: ['uname', '-a'] },
    { kind: 'read', path: '/etc/os-release', optional: true },
    { kind: 'run', argv: ['id', '-u'], optional: true },
  ],
  recognises: (doc) => {
    if (doc.origin.kind === 'read') return /\/(?:os-release|hostname|osrelease|proc\/version)$/.test(doc.origin.path);
    if (doc.origin.kind === 'run')
      return /^(?:uname|hostname|hostnamectl|id|lsb_release)$/.test(unwrapArgv(doc.origin.argv)[0] ?? '');
    return doc.origin.kind === 'paste' && GATE.test(doc.text);
  },
  scan,
};

function scan(doc: Document): Found[] {
  const facts: Found[] = [];
  const add = (value: System, line: number): void => void facts.push(found('system', value, line));
  const argv = doc.origin.kind === 'run' ? unwrapArgv(doc.origin.argv) : [];
  const only = doc.lines.find((line) => line.text.trim() !== '');
  const bare = only?.text.trim() ?? '';
  if (argv[0] === 'id' && argv[1] === '-u') {
    if (only && /^\d{1,10}$/.test(bare)) add({ uid: Number(bare) }, only.n);
    return facts;
  }
  if (
    argv[0] === 'hostname' ||
    (argv[0] === 'uname' && argv[1] === '-n') ||
    (doc.origin.kind === 'read' && doc.origin.path.endsWith('/hostname'))
  ) {
    if (only && /^[\w.-]{1,253}$/.test(bare)) add({ hostname: bare }, only.n);
    return facts;
  }
  let kernel = false;
  let os = false;
  let named = false;
  for (const line of doc.lines) {
    if (line.text.length > 2000 || (kernel && os)) continue;
    const uname = kernel ? null : UNAME.exec(line.text);
    if (uname?.[1] && uname[2]) {
      add({ hostname: uname[1], kernel: uname[2] }, line.n);
      kernel = true;
      continue;
    }
    const release = kernel
      ? undefined
      : (RELEASE.exec(line.text)?.[1] ?? (doc.origin.kind === 'paste' ? KERNEL.exec(line.text)?.[1] : undefined));
    if (release) {
      add({ kernel: release }, line.n);
      kernel = true;
    }
    const pretty = os ? undefined : OS_RELEASE.exec(line.text)?.[1];
    if (pretty && pretty !== '<unknown>') {
      add({ os: pretty.trim() }, line.n);
      os = true;
    } else if (!os && !named && doc.origin.kind === 'paste') {
      const name = NAMED_OS.exec(line.text)?.[1];
      if (name) {
        add({ os: name }, line.n);
        named = true;
      }
    }
  }
  return facts;
}
