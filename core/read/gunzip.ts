import { createGunzip, gunzipSync } from 'node:zlib';
import type { Reason } from './contract.ts';
import type { Limits } from './limits.ts';

/** Why inflating stopped; what came out before it was yielded. */
export class InflateFault extends Error {
  readonly reason: Reason;

  constructor(reason: Reason, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** So much is given to zlib at once, and so much comes back: each time another thread takes over, which costs about as much as inflating it. */
const portion = 64 * 1024;
const chunkSize = 256 * 1024;
/** What came out before damage is lost where less than this came: of a small object, which there is time for, little. */
const carefulSize = 4 * 1024;

/** When so much waits to be read, zlib waits too: a portion may become a thousand times as much. */
const enough = 1024 * 1024;

/** What is that small is inflated whole, without another thread: nearly every object of CloudTrail. */
const small = { packed: 1024 * 1024, inflated: 8 * 1024 * 1024 };

/**
 * Inflates gzip, of one member or many, as it arrives: a small object once it is there, of others the next portion while the last one
 * is being read. What it gives is valid until the next is asked for: then its memory is given back.
 * @throws InflateFault when it is cut off, broken, or inflates too far; whatever `source` throws
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>, bounds: Limits): AsyncGenerator<Uint8Array> {
  const chunks = source[Symbol.asyncIterator]();
  const begun: Uint8Array[] = [];
  let length = 0;
  let isAll = false;
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* begun;
    if (!isAll) yield* { [Symbol.asyncIterator]: () => chunks };
  }
  try {
    while (!isAll && length <= small.packed) {
      const { value, done } = await chunks.next();
      isAll = done === true;
      if (done === true) break;
      begun.push(value);
      length += value.length;
    }
    const whole = isAll ? inflated(Buffer.concat(begun, length), bounds) : undefined;
    if (whole === undefined) yield* streamed(all(), bounds, isAll ? carefulSize : chunkSize);
    else {
      yield whole;
      giveBack(whole);
    }
  } finally {
    await chunks.return?.();
  }
}

/** All of a small object, or undefined where anything about it is not as it should be: it comes out, as far as it does, of a stream. */
const inflated = (packed: Buffer, bounds: Limits): Uint8Array | undefined => {
  const said = packed.length < 4 ? 0 : packed.readUInt32LE(packed.length - 4); // RFC 1952, ISIZE: of the last member
  if (said > small.inflated) return undefined;
  try {
    // More than it says, so that zlib needs no second buffer to see that it ends there.
    const { buffer, engine } = gunzipSync(packed, {
      info: true,
      chunkSize: said + 1024,
      maxOutputLength: small.inflated,
    }) as unknown as { readonly buffer: Buffer; readonly engine: { readonly bytesWritten: number } }; // as `info` has it
    const isAll = engine.bytesWritten === packed.length;
    return isAll && faultOf(packed.length, buffer.length, bounds) === undefined ? buffer : undefined;
  } catch {
    return undefined;
  }
};

async function* streamed(
  source: AsyncIterable<Uint8Array>,
  bounds: Limits,
  chunkSize: number,
): AsyncGenerator<Uint8Array> {
  const zlib = createGunzip({ chunkSize });
  let out: Uint8Array[] = [];
  let waiting = 0;
  let fault: InflateFault | undefined;
  let isBusy = false;
  let wake = (): void => {};
  let consumed = 0;
  let produced = 0;
  const fail = (found: InflateFault): void => {
    fault ??= found;
    wake();
  };
  zlib.on('data', (chunk: Buffer) => {
    produced += chunk.length;
    const tooFar = faultOf(consumed, produced, bounds);
    if (tooFar !== undefined) {
      fail(tooFar);
      zlib.destroy();
    } else if (fault === undefined) {
      out.push(chunk);
      waiting += chunk.length;
      if (waiting < enough) return;
      zlib.pause();
      wake();
    }
  });
  zlib.on('error', (error: NodeJS.ErrnoException) => fail(faultOfError(error)));
  const begin = (act: (done: () => void) => void): void => {
    isBusy = true;
    act(() => {
      isBusy = false;
      wake();
    });
  };
  const taken = (): readonly Uint8Array[] => {
    const ready = out;
    out = [];
    waiting = 0;
    if (zlib.isPaused()) zlib.resume();
    return ready;
  };
  /** Until zlib is done with what it was given; gives what is in its way. */
  async function* settled(): AsyncGenerator<Uint8Array> {
    while (isBusy && fault === undefined) {
      if (waiting >= enough) yield* lent(taken());
      else {
        await new Promise<void>(resolve => {
          wake = resolve;
        });
      }
    }
  }
  try {
    let part: Uint8Array = new Uint8Array(0);
    for await (const chunk of source) {
      for (let from = 0; from < chunk.length && fault === undefined; from += portion) {
        yield* settled();
        const left = consumed - zlib.bytesWritten;
        if (left > 0 && fault === undefined) {
          // zlib takes nothing after zero padding (tape and block devices add it), so there must not be anything
          if (!isPadding(part.subarray(-left)) || !isPadding(chunk.subarray(from))) fail(afterTheEnd());
          break;
        }
        const ready = taken();
        part = chunk.subarray(from, from + portion);
        consumed += part.length;
        begin(done => zlib.write(part, () => done()));
        yield* lent(ready);
      }
      if (fault !== undefined) break;
    }
    yield* settled();
    const left = consumed - zlib.bytesWritten;
    if (left > 0 && fault === undefined && !isPadding(part.subarray(-left))) fail(afterTheEnd());
    if (left <= 0 && fault === undefined) {
      begin(done => {
        zlib.once('end', done);
        zlib.end();
      });
      yield* settled();
    }
    yield* lent(taken());
    if (fault !== undefined) throw fault;
  } finally {
    zlib.destroy();
  }
}

/** What zlib gave of a stream, each until the next is asked for. It fills a buffer with one chunk after the other, to its end. */
function* lent(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const chunk of chunks) {
    yield chunk;
    if (chunk.byteOffset + chunk.length === chunk.buffer.byteLength) giveBack(chunk);
  }
}

/**
 * Gives the memory of inflated bytes back, which nobody looks at any more. Left to be collected, they filled what V8 allows to lie
 * outside of its heap: some processes then marked all of their heap for each 18 MB of them, which took as long as judging them.
 * A buffer that is no larger than Node's pool may be the pool, in which bytes of others lie.
 */
const giveBack = ({ buffer }: Uint8Array): void => {
  if (buffer instanceof ArrayBuffer && buffer.byteLength > Buffer.poolSize) buffer.transfer(0);
};

const isPadding = (bytes: Uint8Array): boolean => bytes.every(byte => byte === 0);

const afterTheEnd = (): InflateFault =>
  new InflateFault(
    'bad-gzip',
    'After the end of the gzip data and its padding there is more: what stood before it was read.',
  );

const faultOf = (consumed: number, produced: number, bounds: Limits): InflateFault | undefined => {
  if (produced > bounds.inflatedBytes) {
    return new InflateFault(
      'inflates-too-far',
      `It inflates to more than ${bounds.inflatedBytes} bytes: split it, or scan it locally.`,
    );
  }
  if (produced > bounds.ratioFrom && produced > consumed * bounds.ratio) {
    return new InflateFault(
      'inflates-too-far',
      `It inflates to more than ${bounds.ratio} times its size, which no log does.`,
    );
  }
  return undefined;
};

const faultOfError = (error: NodeJS.ErrnoException): InflateFault =>
  error.code === 'Z_BUF_ERROR'
    ? new InflateFault(
        'truncated',
        'The gzip data ends too early: what stood before the cut was read, the rest is missing.',
      )
    : new InflateFault(
        'bad-gzip',
        'The gzip data is damaged: what stood before the damage was read, but for up to the last 256 KiB.',
      );
