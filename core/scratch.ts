/** Where text that is not needed now lies outside of memory. */
export interface Scratch {
  /**
   * Keeps a text; gives the number that {@link Scratch.read} gives it back for.
   * @param before number of a text that is not needed any more: the new one may take its room
   */
  write(text: string, before?: number): number;
  read(place: number): string;
  /** A text that is not needed any more: another one may take its room. */
  free(place: number): void;
}
