import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { chainIds } from '../../src/usage/docker/images.ts';

/** Chances of 0 to below-1, the same for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let state = (seed * 2654435761) >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

type Step = () => void;

/**
 * Docker's data root with the overlay2 driver, written in the order in which moby writes it
 * (layer/layer_store.go, layer/filestore.go, image/store.go): each operation is a list of steps, after any of
 * which somebody may look.
 */
export class FakeDocker {
  readonly images: { id: string; name: string; chains: string[] }[] = [];
  readonly containers: { id: string; mount: string }[] = [];
  /** names of layer directories whose operation was cut off for ever */
  readonly leftBehind = new Set<string>();
  private readonly cacheIds = new Map<string, string>();

  constructor(
    readonly root: string,
    private readonly random: (below: number) => number,
  ) {
    for (const path of [
      'containers',
      'volumes',
      'network/files',
      'overlay2/l',
      'image/overlay2/imagedb/content/sha256',
    ])
      mkdirSync(join(root, path), { recursive: true });
    for (const path of ['sha256', 'mounts', 'tmp']) mkdirSync(this.layerdb(path), { recursive: true });
    writeFileSync(join(root, 'volumes/metadata.db'), '');
    writeFileSync(join(root, 'image/overlay2/repositories.json'), '{"Repositories":{}}');
  }

  id(): string {
    return Array.from({ length: 64 }, () => this.random(16).toString(16)).join('');
  }

  /** A pull: the layers from the bottom, then the image. */
  pull(layers: number): Step[] {
    const steps: Step[] = [];
    const base = this.images[this.random(this.images.length + 1)];
    const before = base?.chains.slice(0, this.random(base.chains.length + 1)) ?? [];
    const chains = [...before];
    const diffs: string[] = [];
    for (let i = 0; i < layers; i++) {
      const diff = `sha256:${this.id()}`;
      diffs.push(diff);
      const parent = chains.at(-1);
      const chain = parent
        ? `sha256:${createHash('sha256').update(`${parent} ${diff}`).digest('hex')}`
        : (chainIds([diff])[0] ?? '');
      chains.push(chain);
      steps.push(...this.addLayer(chain, parent));
    }
    const id = this.id();
    steps.push(() => {
      writeFileSync(
        join(this.root, 'image/overlay2/imagedb/content/sha256', id),
        JSON.stringify({ rootfs: { diff_ids: diffs } }),
      );
      this.images.push({ id, name: `image:${id.slice(0, 6)}`, chains });
    });
    return steps;
  }

  private addLayer(chain: string, parent: string | undefined): Step[] {
    const cacheId = this.id();
    const writeSet = this.layerdb('tmp', `write-set-${this.random(1e9)}`);
    this.leftBehind.add(cacheId);
    return [
      () => mkdirSync(writeSet),
      () => mkdirSync(this.layer(cacheId)),
      () => mkdirSync(join(this.layer(cacheId), 'diff')),
      () => writeFileSync(join(this.layer(cacheId), 'link'), cacheId.slice(0, 26).toUpperCase()),
      () => writeFileSync(join(this.layer(cacheId), 'diff', 'file'), 'x'.repeat(this.random(20_000))),
      () => writeFileSync(join(writeSet, 'tar-split.json.gz'), ''),
      () => writeFileSync(join(writeSet, 'cache-id'), cacheId),
      () => {
        if (parent) writeFileSync(join(writeSet, 'parent'), parent);
      },
      () => {
        renameSync(writeSet, this.layerdb(chain.replace(':', '/')));
        this.cacheIds.set(chain, cacheId);
        this.leftBehind.delete(cacheId);
      },
    ];
  }

  run(): Step[] {
    const image = this.images[this.random(this.images.length)];
    if (!image) return [];
    const id = this.id();
    const mount = this.id();
    const record = this.layerdb('mounts', id);
    this.leftBehind.add(mount).add(`${mount}-init`);
    return [
      () => mkdirSync(this.layer(`${mount}-init`)),
      () => mkdirSync(this.layer(mount)),
      () => mkdirSync(record),
      () => writeFileSync(join(record, 'mount-id'), mount),
      () => writeFileSync(join(record, 'init-id'), `${mount}-init`),
      () => writeFileSync(join(record, 'parent'), image.chains.at(-1) ?? ''),
      () => mkdirSync(join(this.root, 'containers', id)),
      () => {
        this.leftBehind.delete(mount);
        this.leftBehind.delete(`${mount}-init`);
        writeFileSync(
          join(this.root, 'containers', id, 'config.v2.json'),
          JSON.stringify({ Name: `/c${id.slice(0, 6)}`, Image: `sha256:${image.id}`, State: {} }),
        );
        writeFileSync(join(this.root, 'containers', id, `${id}-json.log`), 'said');
        this.containers.push({ id, mount });
      },
    ];
  }

  remove(): Step[] {
    const [gone] = this.containers.splice(this.random(this.containers.length), 1);
    if (!gone) return [];
    return [
      () => rmSync(join(this.root, 'containers', gone.id), { recursive: true }),
      () => rmSync(this.layer(gone.mount), { recursive: true }),
      () => rmSync(this.layer(`${gone.mount}-init`), { recursive: true }),
      () => rmSync(this.layerdb('mounts', gone.id), { recursive: true }),
    ];
  }

  /** The last image goes, and its layers that no other one has. */
  prune(): Step[] {
    const gone = this.images.pop();
    if (!gone) return [];
    const kept = new Set(this.images.flatMap(({ chains }) => chains));
    const steps: Step[] = [() => rmSync(join(this.root, 'image/overlay2/imagedb/content/sha256', gone.id))];
    for (const chain of gone.chains.toReversed()) {
      if (kept.has(chain) || this.containers.length > 0) break;
      const cacheId = this.cacheIds.get(chain) ?? '';
      const record = this.layerdb(chain.replace(':', '/'));
      const removing = `${record}-${this.random(1e6)}-removing`;
      steps.push(
        () => renameSync(record, removing),
        () => rmSync(this.layer(cacheId), { recursive: true }),
        () => rmSync(removing, { recursive: true }),
      );
    }
    return steps;
  }

  /** Everything that is there was last changed so long ago (ms); times of inode changes stay as they are. */
  age(ms: number): void {
    const at = new Date(Date.now() - ms);
    for (const name of readdirSync(join(this.root, 'overlay2'))) utimesSync(this.layer(name), at, at);
  }

  layer(name: string): string {
    return join(this.root, 'overlay2', name);
  }

  layerExists(name: string): boolean {
    return existsSync(this.layer(name));
  }

  private layerdb(...path: string[]): string {
    return join(this.root, 'image/overlay2/layerdb', ...path);
  }
}
