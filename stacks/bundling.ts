/**
 * How the functions are bundled: `nodejs` of `sst.aws.Function`. What is imported only where it is needed becomes a file of its
 * own; the plugins leave out what a function never does (docs/decisions/090-cold-start.md).
 */
export const bundling = {
  format: 'esm' as const,
  minify: true,
  splitting: true,
  plugins: 'stacks/bundle.mjs',
  esbuild: {
    // The SDK's ES modules tree-shake, its CommonJS does not: half the size, half the cold start.
    mainFields: ['module', 'main'],
    // SST keeps every function's name otherwise, by a call for each of them at the start.
    keepNames: false,
  },
};
