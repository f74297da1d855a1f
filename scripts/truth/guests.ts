import type { Ground } from '../../lab/ground.ts';
import { guestGround } from '../../lab/guest/ground.ts';
import { isBuilt } from '../../lab/guest/image.ts';
import { recipes } from '../../lab/guest/recipe.ts';
import { startTask } from '../../lab/start-task.ts';
import { bringTools, buildCommand } from '../../lab/tools.ts';
import { guestOf } from './guest.ts';
import { type GuestHost, guestHosts } from './guest-hosts.ts';
import { said } from './kernel.ts';
import type { Result } from './result.ts';

/** The rows of thin pools and Docker's devicemapper driver: hosts with a kernel that has both. */
export async function guestRows(wanted: (name: string) => boolean): Promise<Result[]> {
  const hosts = guestHosts.filter((host) => host.rows.some((row) => wanted(row.name)));
  if (hosts.length === 0) return [];
  bringTools();
  buildCommand();
  if (!isBuilt(recipes.debian12)) await startTask({ do: 'image', guest: 'debian12' });
  const results: Result[] = [];
  for (const host of hosts) results.push(...(await rowsOf(host)));
  return results;
}

/** The rows of one host, in order: each finds it as the one before left it. */
async function rowsOf(host: GuestHost): Promise<Result[]> {
  const results: Result[] = [];
  let started = performance.now();
  let ground: Ground | undefined;
  let name = host.rows[0]?.name ?? '';
  try {
    ground = await guestGround('debian12', { disks: host.disks });
    const guest = guestOf(ground);
    // a full pool queues writes for so many seconds (dm-thin; 60 unless told): the errors after it are the same
    await ground.must([
      'sh',
      '-c',
      'modprobe dm_thin_pool && echo 2 >/sys/module/dm_thin_pool/parameters/no_space_timeout',
    ]);
    await host.make(guest);
    for (const row of host.rows) {
      name = row.name;
      const room = await guest.room(row.consumer);
      const actual = await row.fill(guest, room);
      const seconds = (performance.now() - started) / 1000;
      const df = room.dfAvailable === undefined ? {} : { df: room.dfAvailable };
      const least = row.atLeast ? { atLeast: true as const } : {};
      const result: Result = { name, seconds, actual, ...df, ...least, ...said(room, row.as ?? 'root') };
      results.push(result);
      console.error(`${name}: ${result.predicted} foretold, ${actual} written, ${seconds.toFixed(0)} s`);
      started = performance.now();
    }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    results.push({ name, seconds: (performance.now() - started) / 1000, error: why });
  } finally {
    await ground?.close();
  }
  return results;
}
