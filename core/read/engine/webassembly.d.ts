/** What Node has of WebAssembly and is used here: its types leave it to those of browsers. */
declare namespace WebAssembly {
  interface Memory {
    readonly buffer: ArrayBuffer;
    /** By so many pages of 64 KiB; the buffer is another one then. */
    grow(pages: number): number;
  }
  class Module {
    /** @throws CompileError */
    constructor(bytes: Uint8Array);
  }
  class Instance {
    /** @throws LinkError where it imports anything */
    constructor(module: Module);
    readonly exports: { readonly [name: string]: unknown };
  }
}
