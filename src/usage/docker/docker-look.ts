import type { Carver } from '../carver.ts';
import type { NotJudged } from '../document.ts';
import type { Holder } from '../ledger.ts';

/** What Docker's own records say of a data root, cut into stores that are still to be measured. */
export interface DockerLook {
  root: string;
  drivers: string[];
  carver: Carver;
  holders: Holder[];
  notJudged: NotJudged[];
  warnings: string[];
  /** stores of layers that are subvolumes of a btrfs, by path */
  subvolumes: Map<string, number>;
  /** ids of thin devices by the layer that each is, and the layer's store */
  layers: Map<string, number>;
}
