/** dynalite has no types of its own; what is used of it. */
declare module 'dynalite' {
  import type { Server } from 'node:http';

  export interface Options {
    /** A directory for its LevelDB; absent: in memory. */
    readonly path?: string;
    readonly createTableMs?: number;
    readonly deleteTableMs?: number;
    readonly updateTableMs?: number;
    readonly maxItemSizeKb?: number;
  }
  const dynalite: (options?: Options) => Server;
  export default dynalite;
}
