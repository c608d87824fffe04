import { PassThrough } from 'node:stream';
import type { Io } from '../../cli/io.ts';

/** A command's terminal that keeps what is written to it. */
export const terminal = () => {
  const written = { out: '', err: '' };
  const sink = (name: 'out' | 'err') => {
    const stream = new PassThrough();
    stream.on('data', chunk => {
      written[name] += String(chunk);
    });
    return stream;
  };
  const io: Io = { stdin: new PassThrough(), stdout: sink('out'), stderr: sink('err') };
  return { io, written };
};
