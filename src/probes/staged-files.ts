import { podman } from '../tools/podman.ts';
import { found } from './fact.ts';
import type { Probe } from './probe.ts';
import { runsOut } from './runs-out.ts';
import { argvOf, rows } from './undress.ts';

/** Where containers/image, Buildah and Podman put things aside unless told otherwise (containers.conf(5) image_copy_tmp_dir). */
const STAGING = '/var/tmp';
const FILE = /^(\d{1,12})\.?\d* (\d{1,15}) (\/var\/tmp)\/([^/]{1,255})(?:\/.{0,4096})?$/;

/** Asked where a disk runs out, or with --deep. */
export const stagedFiles: Probe = {
  id: 'staged-files',
  title: 'what pulls, loads and builds have put aside in /var/tmp',
  asks: (known) => [
    {
      kind: 'run',
      argv: podman.staged(STAGING),
      timeoutMs: 10_000,
      deep: !runsOut(known),
      optional: true,
      what: 'what pulls, loads and builds have put aside',
    },
  ],
  recognises: (doc) => argvOf(doc).includes('%T@ %k %p\\n'),
  scan: (doc) =>
    [...rows(doc)].flatMap(({ n, text }) => {
      const [whole, changed, kib, root = '', name = ''] = FILE.exec(text) ?? [];
      return whole === undefined
        ? []
        : [found('staged-file', { root, name, bytes: Number(kib) * 1024, changed: Number(changed) }, n)];
    }),
};
