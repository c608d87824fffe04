import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A way to a service, on which everything that passes is seen and which can be broken. */
export interface Line {
  readonly address: string;
  /** When bytes last passed, either way, milliseconds of `performance.now()`. */
  usedAt(): number;
  /** Connections made so far. */
  made(): number;
  /** Ends every connection, as a service does that was not spoken to for a while. */
  hangUp(): void;
  /** The same, so that whoever sends on one is told that there is none. */
  reset(): void;
  /** Says of the connections that stand now that there are none, to whoever next sends on one: as a NAT gateway does. */
  refuse(): void;
  /** Takes what is sent on the connections that stand now, and answers nothing: as a network does that forgot them. */
  forget(): void;
  /** Lets so many answers pass and then none more, on no connection, while what is sent arrives; or all again. */
  mute(after: number): void;
  /** Lets every answer come so many milliseconds later. */
  slow(ms: number): void;
  close(): void;
}

/** A line to a server of this machine. @param target `http://127.0.0.1:…` */
export const lineTo = async (target: string): Promise<Line> => {
  const { port, pathname } = new URL(target);
  const open = new Set<{ readonly near: Socket; readonly far: Socket; lost: boolean; refused: boolean }>();
  let used = 0;
  let made = 0;
  let left = Number.POSITIVE_INFINITY;
  let wait = 0;
  const server = createServer(near => {
    const far = connect(Number(port), '127.0.0.1');
    const one = { near, far, lost: false, refused: false };
    open.add(one);
    made++;
    near.on('data', bytes => {
      used = performance.now();
      if (one.refused) near.resetAndDestroy();
      else if (!one.lost) far.write(bytes);
    });
    far.on('data', bytes => {
      if (one.lost || left-- <= 0) return;
      setTimeout(() => {
        used = performance.now();
        near.write(bytes);
      }, wait);
    });
    for (const [end, other] of [
      [near, far],
      [far, near],
    ] as const) {
      end.on('error', () => undefined);
      end.on('close', () => {
        open.delete(one);
        if (!one.lost) other.destroy();
      });
    }
  });
  await new Promise<void>(done => server.listen(0, '127.0.0.1', done));
  const { port: own } = server.address() as AddressInfo; // listening on TCP
  return {
    address: `http://127.0.0.1:${own}${pathname === '/' ? '' : pathname}`,
    usedAt: () => used,
    made: () => made,
    hangUp: () => {
      for (const { near } of open) near.end();
    },
    reset: () => {
      for (const { near } of open) near.resetAndDestroy();
    },
    refuse: () => {
      for (const one of open) {
        one.lost = true;
        one.refused = true;
      }
    },
    forget: () => {
      for (const one of open) one.lost = true;
    },
    mute: after => {
      left = after;
    },
    slow: ms => {
      wait = ms;
    },
    close: () => {
      for (const { near, far } of open) for (const end of [near, far]) end.destroy();
      server.close();
    },
  };
};
