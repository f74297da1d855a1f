import { EXIT_TABLE } from './exit-status.ts';

/** The main help. Pure text: `--help` must not load anything. */
export function helpText(version: string): string {
  return `ullage ${version}: what is full on a container host, why, and what cures it

Usage: ullage [doctor] [HOST] [options]    look at this host, or at ssh://user@host[:port]
       ullage explain [FILE|-|CAUSE-ID]    read pasted text: a log, a forum post, a terminal
       ullage capture [HOST] [-o FILE]     save what the doctor sees, with secrets masked
       ullage causes                       list every cause of "no space left" it knows
       ullage usage [PATH|DEVICE|IMAGE]    who holds the space, what nobody owns
       ullage thin ls|check|dump SOURCE    read a thin pool's metadata: a file, a disk, a Docker root
       ullage rescue ls|files|container|image|device SOURCE …   out of a dead Docker root, pool or disk
       ullage watch [HOST] [options]       look again and again: history, forecast, alerts, dashboard
       ullage report --html FILE           one self-contained page of what doctor sees now
       ullage plan [REMEDY] [HOST]         show what a cure would do, step by step; changes nothing
       ullage apply PLAN | --resume [ID]   do it; go on after a crash
       ullage undo [ID]                    take back what was done
       ullage journal [ID]                 what was done on this host, and how it stands
       ullage remedies                     list the cures, and what they cure
       ullage mount CONTAINER DIR          the volume of a stopped container; ullage umount CONTAINER
       ullage mounts                       what daemons have mounted, also where only they see it
       ullage drivers [HOST]               compare Docker's storage drivers for this host

Options of doctor and explain:
  --capture FILE    read a capture (directory, .tar, .tar.gz, .tar.zst) instead of a machine
  --why CAUSE       print all evidence for one finding, as the machine printed it
  --deep            also ask what is expensive on the host (walks layers, sizes, open files)
  --all             print notices and low-confidence findings too
  --json            print one JSON document (schema: ullage/schema/report.schema.json)
  --quiet           print the findings only, one line each
  --timeout N       give up asking after N seconds (60); on a slow host give more
  --no-color        plain text; NO_COLOR is honoured too

Options of capture:
  -o, --output FILE   where to write: a new directory or a .tar.gz (ullage-HOST-DATE.tar.gz)
  --force             replace FILE if it exists
  --script            print a POSIX-sh script that makes the same capture where nothing
                      can be installed: ssh HOST sh -s -- - < SCRIPT > CAPTURE.tar.gz

Options of thin:
  --metadata F, --data F   the pool's files or devices (SOURCE may then name a Docker root)
  --held-root       read the metadata snapshot of a pool in use (also --metadata-snap)
  --pool VG/POOL    which of several LVM thin pools; --device N dumps one device
  --ls              check: count what each device holds as well, in the same pass
  --roots M,D       with a lost superblock: the two trees, of those that it lists
  --block-size N, --data-blocks N   bytes of a block, blocks of the pool, where that is lost

Options of rescue (SOURCE: a Docker root, a disk or an image of it; or --data F --metadata F):
  --to DIR|FILE.tar|-   where to write; --resume goes on, --force starts again
  --docker-root DIR names for a pool that lies elsewhere; --disk D further disks; --pool VG/POOL;
                    --driver NAME of a root that has several
  --format oci      image: an OCI layout instead of docker-archive
  --nbd unix:SOCKET device: serve it read-only over NBD

Options of watch:
  --interval S, --on PATH   seconds between looks (60); further paths to look at
  --listen ADDR:PORT        dashboard and /metrics, e.g. 127.0.0.1:9723; elsewhere ULLAGE_TOKEN is needed
  --once, --textfile FILE   one look; metrics to FILE, for node_exporter's textfile collector
  --webhook URL, --alertmanager URL, --command PROGRAM   who is told; --warn-within S, --for S
  --usage S                 measure who holds the space every S seconds; --history FILE, --no-history
  --care FILE               let chosen remedies run by themselves inside FILE's limits (docs/watch.md)
  --install, --uninstall    as a service of systemd; --root DIR: into an image

Options of plan:
  --on SUBJECT      what to cure: a mount point, container, pool or host
  --set KEY=VALUE   a choice of the remedy's (ullage remedies lists them)
  -o, --output FILE keep the plan, for ullage apply; --format sh prints it as a shell script

Options of apply and undo:
  --yes             do not ask; --confirm also does the last steps that wait for your eyes
  --resume [ID]     go on with what was cut short, failed or waits
  --no-look         do not measure afterwards what there is room for now

Only apply and undo change anything on a host (and watch: --install adds a service, --care applies).
No network is used except the ssh, the addresses to tell and to listen on that you name.
${EXIT_TABLE}
`;
}
