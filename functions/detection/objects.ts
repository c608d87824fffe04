import { batches } from '../../core/pipeline.ts';
import type { Read } from '../../core/read/contract.ts';
import type { Message, ObjectPointer } from '../../core/read/sqs.ts';
import {
  after,
  askBookmark,
  beginning,
  behind,
  bookmark,
  Moved,
  type Place,
  placesIn,
} from '../../core/state/bookmark.ts';
import { deps } from '../deps/deps.ts';
import { warn } from '../invocation/lambda.ts';
import type { Meter } from '../invocation/meter.ts';
import { detectCounted } from './detecting.ts';

/** Reads of an object that are judged together. */
const together = 1_000;

/** One run over a message's objects. */
interface Run {
  readonly meter: Meter;
  /** False once its time is over. */
  readonly mayGoOn: () => boolean;
  /** How far it came with each object. */
  readonly reached: Map<ObjectPointer, Place>;
}

/** An object’s reads while there is time. @throws once there is none */
async function* inTime(pointer: ObjectPointer, { reached, mayGoOn }: Run): AsyncGenerator<readonly Read[]> {
  for await (const reads of deps().object(pointer)) {
    if (!mayGoOn()) {
      const { events } = reached.get(pointer) ?? beginning;
      throw new Error(
        `s3://${pointer.bucket}/${pointer.key}: the run’s time was over after ${events} of its events; the next run goes on from there`,
      );
    }
    yield reads;
  }
}

/** Judges what stands behind a place of an object, batch by batch. @throws where that was not all: `reached` says how far it came */
const detectBehind = async (place: Place, pointer: ObjectPointer, run: Run): Promise<void> => {
  const { reached, meter } = run;
  let at = place;
  reached.set(pointer, at);
  for await (const batch of batches(after(place, inTime(pointer, run)), together)) {
    await detectCounted(batch, meter);
    at = behind(at, batch);
    reached.set(pointer, at);
  }
};

/** Judges an object, of which earlier runs may have judged some. */
const detectObject = async (pointer: ObjectPointer, isAgain: boolean, run: Run): Promise<void> => {
  const { store, now } = deps();
  const places = isAgain ? placesIn(await store().observe([askBookmark(pointer, now())])) : [];
  for (const place of [...places, beginning])
    try {
      return await detectBehind(place, pointer, run);
    } catch (error) {
      if (!(error instanceof Moved)) throw error;
    }
};

/** Leaves a bookmark in each object, from which the next run goes on; without one it begins anew. */
const leaveBookmarks = async ({ reached }: Run): Promise<void> => {
  const { store, now } = deps();
  const marks = [...reached].filter(([, { events }]) => events > 0).map(([one, place]) => bookmark(one, place, now()));
  if (marks.length > 0) await store().observe(marks);
};

/**
 * Judges the objects that a message points to, one after the other. Where that stops before their end, bookmarks are left.
 * @param mayGoOn false once the run’s time is over
 * @throws what stopped it: the message goes back to its queue
 */
export const detectObjects = async (
  { id, objects, receives }: Message,
  meter: Meter,
  mayGoOn: () => boolean,
): Promise<void> => {
  const run: Run = { meter, mayGoOn, reached: new Map() };
  try {
    for (const pointer of objects) await detectObject(pointer, receives > 1, run);
  } catch (error) {
    await leaveBookmarks(run).catch(fault => warn('cloudtrail', id, fault));
    throw error;
  }
};
