import type { Cluster } from '../settings.ts';
import { sharesMark } from '../state/heard.ts';
import type { Place, Read } from './contract.ts';
import { csvBeginning, isCsvOfRecords, recordsOfCsv } from './csv.ts';
import { Guesser } from './guess.ts';
import { gunzip, InflateFault } from './gunzip.ts';
import { placeOfKey } from './key.ts';
import { limits as defaults, type Limits } from './limits.ts';
import type { Origin } from './origin.ts';
import type { Quiet } from './quiet.ts';
import { readGuess, readPiece } from './record.ts';
import { rejected, skipped } from './reject.ts';
import { Splitter } from './split.ts';
import { ChunkTexts } from './text.ts';

export interface ObjectOptions {
  /** Configured clusters: their buckets, prefixes and log groups. */
  readonly clusters?: readonly Cluster[];
  readonly bucket?: string;
  /** For people, in what is set aside: `s3://bucket/key`, a path. Default: the key. */
  readonly where?: string;
  readonly limits?: Limits;
  /** Tells records that no rule can be about, which are not parsed then but counted. */
  readonly quiet?: Quiet;
  /** As {@link Origin.unpacks}. */
  readonly unpacks?: boolean;
}

/**
 * Reads an S3 object or a file as it arrives, in constant memory: `{"Records":[…]}`, JSON lines, a list, concatenated values,
 * log payloads; plain or gzip, told by content. Gives batches, one or more a chunk. Everything in it comes out in some form:
 * as events, set aside, or skipped and counted.
 * @param key its key or path, from which place and skipping are told (see `placeOfKey`)
 * @param place what neither record nor key says
 * @throws only what `stream` throws
 */
export async function* readObject(
  stream: AsyncIterable<Uint8Array>,
  key: string,
  place: Place,
  options: ObjectOptions = {},
): AsyncGenerator<readonly Read[]> {
  const { clusters = [], bucket, where = key, limits = defaults } = options;
  const belonging = placeOfKey(key, place, clusters, bucket);
  if ('skip' in belonging) {
    yield [skipped(belonging.skip)];
    return;
  }
  const origin: Origin = { place: belonging.place, where, clusters, unpacks: options.unpacks ?? false };
  const ration = new Ration(limits.rejectedRecords, where);
  let batch: Read[] = [];
  const texts = new ChunkTexts();
  const { quiet } = options;
  const { cluster } = origin.place;
  const guesser = new Guesser(
    guess => {
      const read = readGuess(guess, origin, texts, quiet);
      if (read !== undefined) ration.add(batch, read);
      return read !== undefined;
    },
    quiet && ((chunk, from) => quiet.end(chunk, from, cluster)),
  );
  const splitter = new Splitter(piece => {
    for (const read of readPiece(piece, origin, quiet)) ration.add(batch, read);
  }, guesser);
  const source = peeked(stream);
  const beginning = await source.beginning;
  try {
    const plain = isGzip(beginning) ? twice(gunzip(source.all, limits), limits) : source.all;
    for await (const chunk of origin.unpacks ? rowByRow(plain) : plain) {
      for (let from = 0; from < chunk.length; ) {
        const to = from + piece < chunk.length ? guesser.cut(chunk, from + piece) : chunk.length;
        splitter.push(chunk.subarray(from, to));
        from = to;
        if (batch.length > 0) yield batch;
        batch = [];
      }
    }
    splitter.end();
  } catch (error) {
    if (!(error instanceof InflateFault)) throw error;
    splitter.end();
    batch = batch.filter(read => read.kind !== 'rejected' || read.rejected.bytes.length > 0); // the list's missing end is this fault
    batch.push(rejected(error.reason, error.message, where, beginning, Number.POSITIVE_INFINITY));
  }
  batch.push(...ration.rest());
  if (batch.length > 0) yield batch;
  else if (!splitter.sawAnything) yield [rejected('no-records', 'There is nothing in it.', where, new Uint8Array(0))];
  else if (!ration.gaveAnything) yield [skipped('empty lists of records')];
}

/** So much is read at once: it is gone over several times, while the processor has it at hand, and what is read of it is one batch. */
const piece = 64 * 1024;

/** Lets so many set-aside records of one object through and counts the others, so that no object fills the quarantine. */
class Ration {
  readonly #most: number;
  readonly #where: string;
  #kept = 0;
  #more = 0;
  gaveAnything = false;

  constructor(most: number, where: string) {
    this.#most = most;
    this.#where = where;
  }

  add(batch: Read[], read: Read): void {
    this.gaveAnything = true;
    if (read.kind === 'rejected' && ++this.#kept > this.#most) this.#more++;
    else if (read.kind !== 'quiet' || !joined(batch, read)) batch.push(read);
  }

  rest(): readonly Read[] {
    if (this.#more === 0) return [];
    const detail = `${this.#more} more records of it could not be read; only the first ${this.#most} are kept: look at the object itself.`;
    return [rejected('not-json', detail, this.#where, new Uint8Array(0), Number.POSITIVE_INFINITY, this.#more)];
  }
}

/** Quiet records of one stream and quarter of an hour are counted together; the latest stands for them. */
const joined = (batch: Read[], { count, heard }: Extract<Read, { kind: 'quiet' }>): boolean => {
  const last = batch.at(-1);
  if (last?.kind !== 'quiet' || !sharesMark(last.heard, heard)) return false;
  const latest = heard.time > last.heard.time ? heard : last.heard;
  batch[batch.length - 1] = { kind: 'quiet', count: last.count + count, heard: latest };
  return true;
};

/**
 * What was inflated, inflated once more where it is gzip again: Firehose compresses the payloads of CloudWatch Logs, which are
 * compressed, where it is told to compress (CloudWatch Logs User Guide, "Subscription filters with Firehose").
 */
async function* twice(stream: AsyncIterable<Uint8Array>, limits: Limits): AsyncGenerator<Uint8Array> {
  const source = peeked(stream);
  yield* isGzip(await source.beginning) ? gunzip(source.all, limits) : source.all;
}

/** A table of records, one a line; whatever else as it is. For what people have at hand: no transport is one. */
async function* rowByRow(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const source = peeked(stream, csvBeginning);
  yield* isCsvOfRecords(await source.beginning) ? recordsOfCsv(source.all) : source.all;
}

const isGzip = (bytes: Uint8Array): boolean => bytes[0] === 0x1f && bytes[1] === 0x8b;

/** The first bytes of a stream (two at least, unless it ends), and the whole of it. @param least so many instead of two */
const peeked = (
  stream: AsyncIterable<Uint8Array>,
  least = 2,
): { readonly beginning: Promise<Uint8Array>; readonly all: AsyncIterable<Uint8Array> } => {
  const chunks = stream[Symbol.asyncIterator]();
  const first = (async () => {
    let beginning: Uint8Array = new Uint8Array(0);
    try {
      while (beginning.length < least) {
        const { value, done } = await chunks.next();
        if (done === true) break;
        beginning = beginning.length === 0 ? value : Buffer.concat([beginning, value]);
      }
    } catch (cause) {
      return { beginning, failed: { cause } }; // what stood before it is read, too
    }
    return { beginning };
  })();
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      const { beginning, failed } = await first;
      yield beginning;
      if (failed !== undefined) throw failed.cause;
      for (;;) {
        const { value, done } = await chunks.next();
        if (done === true) return;
        yield value;
      }
    } finally {
      await chunks.return?.();
    }
  }
  return { beginning: first.then(({ beginning }) => beginning), all: all() };
};
