/** Makes something when it is first asked for, and keeps it. Where making it throws, the next one to ask tries again. */
export const once = <T>(make: () => T): (() => T) => {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
};
