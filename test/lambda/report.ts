import type { World } from './world.ts';

/** Something that is held of the functions on Lambda. */
export interface Case {
  readonly name: string;
  /** @returns what was seen, for the table @throws where it does not hold */
  readonly run: (world: World) => Promise<string>;
}
