import { LONGEST_JSON, type StoreFiles } from '../store-files.ts';
import { object, readJson, readWord, string, strings } from './json.ts';

/** A container as containers/ID/config.v2.json and image/DRIVER/layerdb/mounts have it. */
export interface StoredContainer {
  id: string;
  /** without the slash; its id where the configuration is lost */
  name: string;
  /** digest of its image */
  image?: string;
  /** the name it was started with: `shop/app:1.4` */
  imageName?: string;
  /** what it runs, as its configuration has it */
  entrypoint: string[];
  command: string[];
  created?: string;
  started?: string;
  finished?: string;
  running: boolean;
  /** name of its writable layer in the driver's store */
  mountId?: string;
  /** of the read-only one between image and writable layer */
  initId?: string;
  /** chain of its image's layers */
  parent?: string;
  /** files beside its configuration that are worth keeping: path and content */
  files: { name: string; bytes: Buffer }[];
}

const ID = /^[0-9a-f]{64}$/;
/** the files Docker keeps with a container; its log may be large and is taken only when it is not */
const BESIDE = ['config.v2.json', 'hostconfig.json', 'hostname', 'hosts', 'resolv.conf'];

/** All containers, of either directory: one of the two may be lost. */
export function readContainers(files: StoreFiles, driver: string): StoredContainer[] {
  const mounts = `image/${driver}/layerdb/mounts`;
  const ids = new Set([...files.list('containers'), ...files.list(mounts)].filter((name) => ID.test(name)));
  return [...ids].sort().map((id) => readContainer(files, `${mounts}/${id}`, id));
}

function readContainer(files: StoreFiles, mount: string, id: string): StoredContainer {
  const config = readJson(files, `containers/${id}/config.v2.json`);
  const state = object(config?.['State']);
  const fields = {
    image: string(config?.['Image']),
    imageName: string(object(config?.['Config'])?.['Image']),
    created: string(config?.['Created']),
    started: moment(state?.['StartedAt']),
    finished: moment(state?.['FinishedAt']),
    mountId: storeName(readWord(files, `${mount}/mount-id`)),
    initId: storeName(readWord(files, `${mount}/init-id`)),
    parent: readWord(files, `${mount}/parent`),
  };
  const known = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
  return {
    id,
    name: string(config?.['Name'])?.replace(/^\//, '') ?? id,
    running: state?.['Running'] === true,
    entrypoint: strings(object(config?.['Config'])?.['Entrypoint']),
    command: strings(object(config?.['Config'])?.['Cmd']),
    ...known,
    files: BESIDE.map((name) => ({ name, bytes: files.read(`containers/${id}/${name}`, LONGEST_JSON) })).filter(
      (one): one is { name: string; bytes: Buffer } => one.bytes !== undefined,
    ),
  };
}

/** Go's zero time means never */
function moment(value: unknown): string | undefined {
  const at = string(value);
  return at === undefined || at.startsWith('0001-') ? undefined : at;
}

function storeName(name: string | undefined): string | undefined {
  return name !== undefined && /^[0-9A-Za-z_-]+$/.test(name) ? name : undefined;
}
