import { createGunzip } from 'node:zlib';
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

/** So much is given to zlib at once: at gzip's highest ratio (1,032) it becomes 16 MiB, the most that waits here. */
const portion = 16 * 1024;

/**
 * Inflates gzip, of one member or many, as it arrives; the next portion is inflated while the last one is being read.
 * @throws InflateFault when it is cut off, broken, or inflates too far; whatever `source` throws
 */
export async function* gunzip(source: AsyncIterable<Uint8Array>, bounds: Limits): AsyncGenerator<Uint8Array> {
  const zlib = createGunzip({ chunkSize: 64 * 1024 });
  let out: Uint8Array[] = [];
  let fault: InflateFault | undefined;
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
    } else if (fault === undefined) out.push(chunk);
  });
  zlib.on('error', (error: NodeJS.ErrnoException) => fail(faultOfError(error)));
  const step = (act: (done: () => void) => void): Promise<void> =>
    new Promise(resolve => {
      wake = resolve;
      if (fault !== undefined) resolve();
      else act(resolve);
    });
  try {
    let busy = Promise.resolve();
    let part: Uint8Array = new Uint8Array(0);
    for await (const chunk of source) {
      for (let from = 0; from < chunk.length && fault === undefined; from += portion) {
        await busy;
        const left = consumed - zlib.bytesWritten;
        if (left > 0 && fault === undefined) {
          // zlib takes nothing after zero padding (tape and block devices add it), so there must not be anything
          if (!isPadding(part.subarray(-left)) || !isPadding(chunk.subarray(from))) fail(afterTheEnd());
          break;
        }
        const ready = out;
        out = [];
        part = chunk.subarray(from, from + portion);
        consumed += part.length;
        busy = step(done => zlib.write(part, () => done()));
        yield* ready;
      }
      if (fault !== undefined) break;
    }
    await busy;
    const left = consumed - zlib.bytesWritten;
    if (left > 0 && fault === undefined && !isPadding(part.subarray(-left))) fail(afterTheEnd());
    if (left <= 0) {
      await step(done => {
        zlib.once('end', done);
        zlib.end();
      });
    }
    yield* out;
    if (fault !== undefined) throw fault;
  } finally {
    zlib.destroy();
  }
}

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
        'The gzip data is damaged: what stood before the damage was read, but for up to the last 64 KiB.',
      );
