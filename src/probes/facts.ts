import type { BtrfsFacts } from './facts/btrfs.ts';
import type { DeviceMapperFacts } from './facts/device-mapper.ts';
import type { EngineFacts } from './facts/engine.ts';
import type { FileSystemFacts } from './facts/file-systems.ts';
import type { LayerFacts } from './facts/layers.ts';
import type { LimitFacts } from './facts/limits.ts';
import type { TextFacts } from './facts/text.ts';

/**
 * Every kind of fact, by name. Sizes are bytes. An absent field means "not seen", never zero.
 * `resolution` is half a unit of the last printed digit in bytes (0 or absent: exact).
 */
export interface FactMap
  extends FileSystemFacts,
    BtrfsFacts,
    DeviceMapperFacts,
    EngineFacts,
    LayerFacts,
    LimitFacts,
    TextFacts {}
