/**
 * The engine that goes over JSON, sixteen bytes at a time. These files are AssemblyScript, which `npm run generate` compiles to
 * `wasm.ts`; no module of Node imports them. `engine.ts` says what is called here.
 */
import { isQuiet } from './ask.as';
import { take as takeChunk } from './marks.as';
import { skim } from './skim.as';

/** From here on memory is the caller's. */
export function free(): usize {
  return __heap_base;
}

export function take(from: usize, to: usize, room: usize): void {
  takeChunk(from, to, room);
}

/**
 * Goes over the object that begins at `from`.
 * @returns 0 where it is none, goes on behind the chunk, or is not an ordinary one; else twice the address one behind its last byte,
 * and 1 more where no rule can be about it
 */
export function over(table: usize, from: usize): usize {
  const end = skim(table, from);
  return end === 0 ? 0 : (end << 1) | <usize>isQuiet(table);
}
