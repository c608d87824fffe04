import { within } from './hurried.ts';

/**
 * Clients of AWS that a process keeps between invocations. Lambda freezes it in between, for hours perhaps, and what lies on the way
 * forgets its connections meanwhile: a NAT gateway after 350 seconds (Amazon VPC User Guide, "NAT gateway basics"). What is sent on one
 * then may never be answered, and the invocation would wait until its time-out.
 */

/** A request that is not answered in five seconds ends, and is tried again as often as the SDK does by itself. */
export const lasting = { requestHandler: within(5_000).requestHandler } as const;

/** Milliseconds after which connections that nothing was sent on are not used any more. */
const idle = 5 * 60_000;

interface Client {
  readonly config: { readonly requestHandler: { destroy?(): void } };
  readonly middlewareStack: {
    add(middleware: never, options: { readonly step: 'initialize'; readonly name: string }): void;
  };
}
type Next = (args: unknown) => Promise<unknown>;

/** Lets a client begin with new connections where its last request was too long ago. @param now milliseconds since 1970 */
export const forgetful = <C extends Client>(client: C, now: () => number): C => {
  let sent = now();
  const middleware = (next: Next) => (args: unknown) => {
    if (now() - sent > idle) client.config.requestHandler.destroy?.();
    sent = now();
    return next(args);
  };
  client.middlewareStack.add(middleware as never, { step: 'initialize', name: 'forgetful' }); // each client types it after its service
  return client;
};
