import { hunt } from './capture-script/hunt.ts';
import { runtime } from './capture-script/runtime.ts';
import type { Probe } from './probe.ts';

/**
 * A POSIX shell script that makes a capture on a host where nothing can be installed: what the
 * probes would ask there, each with a time limit, secrets masked before anything is written.
 * Works without root as far as that goes.
 */
export function captureScript(probes: readonly Probe[]): string {
  return `#!/bin/sh
# Saves what \`ullage doctor\` would look at on this host. Made by \`ullage capture --script\`.
#   sh capture.sh [DIRECTORY]                              makes ullage-HOST-TIME.tar.gz there and prints its path
#   ssh HOST sh -s -- - < capture.sh > capture.tar.gz      writes the archive to standard output
# Changes nothing else; works without root as far as that goes; secrets are masked on the way.
# Afterwards: ullage --capture FILE

${runtime()}

${hunt(probes)}
`;
}
