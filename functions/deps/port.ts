/**
 * A port that is loaded when one of its members is first called, and then kept: whatever its members take, they give a promise.
 * Where loading fails, the call fails, and the next one tries again.
 */
export const port = <P extends { readonly [M in keyof P]: (...given: never[]) => Promise<unknown> }>(
  load: () => Promise<P>,
): P => {
  let loading: Promise<P> | undefined;
  const loaded = (): Promise<P> => {
    loading ??= load().catch(cause => {
      loading = undefined;
      throw cause;
    });
    return loading;
  };
  const known = new Map<string | symbol, (...given: never[]) => Promise<unknown>>();
  return new Proxy({} as P, {
    get: (_, member) => {
      if (member === 'then') return undefined; // what a promise is asked for: a port is none
      const call = known.get(member) ?? (async (...given: never[]) => (await loaded())[member as keyof P](...given)); // P's member
      known.set(member, call);
      return call;
    },
  });
};
