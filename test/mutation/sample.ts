/**
 * Whether a mutant is of the sample: every k-th of an area as Stryker numbers them, file by file and from top to bottom, the first
 * one included. `MUTATION_EVERY` holds k; without it every mutant is.
 */
export const isDrawn = ({ id }: { readonly id: string }): boolean =>
  Number(id) % Number(process.env['MUTATION_EVERY'] ?? 1) === 0;
