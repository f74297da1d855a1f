/**
 * One guest: QEMU with the cached image booted copy-on-write, blank disks without names, one loopback
 * port to its sshd and no other network. Everything of it is gone with the process.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync } from 'node:fs';
import { createConnection, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Image } from './image.ts';
import { blankDisk, layeredDisk, type NamelessDisk } from './nameless.ts';
import { READY } from './scripts.ts';

export interface VmOptions {
  /** sizes of blank disks in MiB: /dev/vdb, /dev/vdc … */
  disks: readonly number[];
  memoryMiB?: number;
  /** `tcg` unless asked: where virtualisation is not nested, KVM dies with an internal error */
  accelerator?: 'tcg' | 'kvm';
  /** directory for the QMP socket, and for a moment the disks' empty layers */
  work: string;
  /** where the disks' blocks are kept: files without names */
  diskDirectory?: string;
  /** in place of the image's: what makes another program PID 1 */
  initrd?: string;
  /** an image to be seen read-only, behind the disks */
  readOnlyDisk?: string;
  /** its whole state can be saved and brought back, and it starts again when it is reset */
  rewindable?: boolean;
}

export interface Vm {
  port: number;
  console(): string;
  /** QMP: one command, its return value */
  control(execute: string, args?: Record<string, unknown>): Promise<unknown>;
  /** at once, as by pulling the plug */
  kill(): Promise<void>;
  /** power lost and back: what was in memory is gone, what the disks had is there; ready again when it returns */
  reset(): Promise<void>;
  /** memory, devices and disks under a name; only where `rewindable` */
  save(name: string): Promise<void>;
  load(name: string): Promise<void>;
}

/** Booting takes 5 to 10 s; ten times that where the processors are shared. */
const BOOT_MS = 90_000;
const BOOTS = 3;

/**
 * Boots a guest. Under software emulation, its processors were seen to wait for each other for good while udev
 * started: such a guest is given up and another one booted.
 */
export async function bootVm(image: Image, options: VmOptions): Promise<Vm> {
  for (let boot = 1; ; boot++) {
    try {
      return await bootOnce(image, options);
    } catch (error) {
      if (!(error instanceof NotBooted) || boot === BOOTS) throw error;
      console.error(`a guest hung while it booted, another one is started (${boot + 1} of ${BOOTS})`);
    }
  }
}

class NotBooted extends Error {}

async function bootOnce(image: Image, options: VmOptions): Promise<Vm> {
  const port = await freePort();
  const diskDirectory = options.diskDirectory ?? tmpdir();
  const disks: NamelessDisk[] = [await layeredDisk(diskDirectory, options.work, { image: image.root })];
  for (const mib of options.disks)
    disks.push(
      options.rewindable ? await layeredDisk(diskDirectory, options.work, { mib }) : blankDisk(diskDirectory, mib),
    );
  const qmp = join(options.work, 'qmp');
  const kvm = options.accelerator === 'kvm';
  const argv = [
    'qemu-system-x86_64',
    ...firmware(),
    ...(kvm ? ['-accel', 'kvm', '-cpu', 'host'] : ['-accel', 'tcg,thread=multi,tb-size=512', '-cpu', 'Nehalem']),
    ...[
      '-smp',
      '2',
      '-m',
      String(options.memoryMiB ?? 2048),
      '-nodefaults',
      '-no-user-config',
      '-display',
      'none',
      ...(options.rewindable ? [] : ['-no-reboot']),
    ],
    ...['-serial', 'stdio', '-qmp', `unix:${qmp},server=on,wait=off`],
    ...['-kernel', image.kernel, '-initrd', options.initrd ?? image.initrd, '-append', KERNEL_ARGUMENTS],
    ...['-device', 'virtio-rng-pci'],
    ...['-netdev', `user,id=net,restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:${port}-10.0.2.15:22`],
    // romfile: no PXE, and no need of its package
    ...['-device', 'virtio-net-pci,netdev=net,romfile='],
    ...disks.flatMap(({ format }, index) =>
      drive(
        index === 0 ? 'root' : `disk${index - 1}`,
        `/proc/self/fd/${3 + index}`,
        format,
        // zeros written cost no room here: an incident fills gigabytes of them
        index === 0 ? '' : ',discard=unmap,detect-zeroes=unmap',
      ),
    ),
    ...(options.readOnlyDisk === undefined ? [] : drive('tools', options.readOnlyDisk, 'raw', ',readonly=on')),
  ];
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', '--', ...argv], {
    stdio: ['ignore', 'pipe', 'pipe', ...disks.map(({ fd }) => fd)],
  });
  for (const { fd } of disks) closeSync(fd);
  let text = '';
  const add = (bytes: Buffer): void => {
    text = (text + bytes.toString('latin1')).slice(-(2 ** 20));
  };
  child.stdout?.on('data', add);
  child.stderr?.on('data', add);
  const ended = new Promise<void>((resolve) => {
    child.once('error', (error) => {
      text += `\n${error.message}\n`;
      resolve();
    });
    child.once('close', () => resolve());
  });
  await ready(child, () => text);
  return {
    port,
    console: () => text,
    control: (execute, args) => control(qmp, execute, args),
    kill: async () => {
      child.kill('SIGKILL');
      await ended;
    },
    async reset() {
      text = '';
      const up = ready(child, () => text);
      await control(qmp, 'system_reset');
      await up;
    },
    save: (name) => monitor(qmp, `savevm ${name}`),
    load: (name) => monitor(qmp, `loadvm ${name}`),
  };
}

/** The monitor for people, which says nothing when all went well. */
async function monitor(qmp: string, line: string): Promise<void> {
  const said = await control(qmp, 'human-monitor-command', { 'command-line': line }, 10 * 60_000);
  if (typeof said === 'string' && said.trim() !== '') throw new Error(`qemu, ${line}: ${said.trim()}`);
}

const KERNEL_ARGUMENTS =
  'console=ttyS0 quiet loglevel=4 panic=-1 mitigations=off random.trust_cpu=on tsc=reliable no_timer_check net.ifnames=0';

/** Firmware beside an unpacked QEMU, which looks for it where its package would have put it. */
function firmware(): string[] {
  const root = process.env['ULLAGE_UNPACKED'];
  if (root === undefined) return [];
  return ['qemu', 'seabios'].flatMap((part) => ['-L', join(root, 'usr/share', part)]);
}

const drive = (id: string, file: string, format: 'raw' | 'qcow2', more: string): string[] => [
  ...['-drive', `if=none,id=${id},format=${format},cache=unsafe,file=${file}${more}`],
  ...['-device', `virtio-blk-pci,drive=${id},serial=${id}`],
];

function ready(child: ChildProcess, console: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => stop(NotBooted, `the guest did not boot in ${BOOT_MS / 1000} s`), BOOT_MS);
    const onData = (): void => {
      if (console().includes(READY)) stop();
    };
    const onClose = (): void => stop(Error, 'qemu ended before the guest was ready');
    const stop = (kind?: new (message: string) => Error, why = ''): void => {
      clearTimeout(timer);
      child.stdout?.off('data', onData);
      child.off('close', onClose);
      if (kind) {
        child.kill('SIGKILL');
        reject(new kind(`${why}:\n${console().slice(-2000)}`));
      } else resolve();
    };
    child.stdout?.on('data', onData);
    child.once('close', onClose);
  });
}

/** QMP (qemu's docs/interop/qmp-spec.txt): greeting, capabilities, one command. */
function control(path: string, execute: string, args?: Record<string, unknown>, limitMs = 30_000): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const socket = createConnection(path);
    let buffer = '';
    const commands: object[] = [{ execute: 'qmp_capabilities' }, { execute, ...(args ? { arguments: args } : {}) }];
    socket.setTimeout(limitMs, () => socket.destroy(new Error(`qmp: no answer to ${execute}`)));
    socket.on('error', reject);
    socket.on('data', (bytes) => {
      buffer += bytes.toString();
      const lines = buffer.split('\n');
      buffer = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as { return?: unknown; error?: { desc: string }; event?: string };
        if (message.event !== undefined) continue;
        if (message.error) return void socket.destroy(new Error(`qmp ${execute}: ${message.error.desc}`));
        const next = commands.shift();
        if (next) socket.write(`${JSON.stringify(next)}\n`);
        else {
          socket.end();
          resolve(message.return);
        }
      }
    });
  });
}

/** A loopback port nobody holds now; QEMU takes it a moment later. */
function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() =>
        typeof address === 'object' && address ? resolve(address.port) : reject(new Error('no free port')),
      );
    });
  });
}
