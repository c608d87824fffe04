import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** As `--expose-gc` gives it. */
type Collect = (options: { type: 'major'; execution: 'sync'; flavor: 'last-resort' }) => void;

/** Of the time at most a fifth goes into it, unless so much more piles up meanwhile. */
const rest = 4;
const urgent = 4 * 1024 * 1024;
/** What may pile up at least, however much is left after trimming. */
const room = 10 * 1024 * 1024;
/** Milliseconds from one question to the next. */
const between = 20;

/**
 * Keeps resident memory near a bound where V8 alone lets it creep upwards. V8 collects garbage in threads of its own while the work
 * goes on, the later the busier the machine is, and keeps the pages that it freed for the next time that so much piles up, so that the
 * highest peak stays. This collects at once, and gives the pages back: where what lives is strewn over many pages it is moved
 * together first, which takes up to 8 MB more (V8 moves at most 12 MB in one collection) until they are.
 * @param bytes of resident memory from which that is worth a fifth of a second
 * @returns to be called every few milliseconds of work: it asks the system at most every 20 ms, which takes up to 0.1 ms
 */
export const trimmer = (bytes: number): (() => void) => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as Collect; // what that flag makes
  let from = bytes;
  let notBefore = 0;
  let asked = 0;
  return () => {
    const began = performance.now();
    if (began < asked + between) return;
    asked = began;
    const resident = process.memoryUsage.rss();
    if (resident < from || (resident < from + urgent && began < notBefore)) return;
    collect({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    const ended = performance.now();
    notBefore = ended + (ended - began) * rest;
    from = Math.max(bytes, process.memoryUsage.rss() + room);
  };
};
