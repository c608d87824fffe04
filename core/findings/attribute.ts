/**
 * What an item of a table is made of: DynamoDB's own attribute form, as the SDK and the stream's records have it (in a stream's
 * JSON bytes are base64, and no case has any).
 */
export type Attribute =
  | { readonly S: string }
  | { readonly N: string }
  | { readonly BOOL: boolean }
  | { readonly B: Uint8Array }
  | { readonly SS: readonly string[] }
  | { readonly L: readonly Attribute[] }
  | { readonly M: Attributes };
/** An item, or a map in one. */
export type Attributes = { readonly [name: string]: Attribute };

/** A text as an attribute. */
export const s = (value: string): Attribute => ({ S: value });
/** A number as an attribute. */
export const n = (value: number): Attribute => ({ N: String(value) });
/** Texts in their order. */
export const strings = (values: readonly string[]): Attribute => ({ L: values.map(s) });
/** Numbers in their order. */
export const numbers = (values: readonly number[]): Attribute => ({ L: values.map(n) });

/** A text member; '' where there is none. */
export const text = (item: Attributes, name: string): string => {
  const attribute = item[name];
  return attribute !== undefined && 'S' in attribute ? attribute.S : '';
};
/** A number member; 0 where there is none. */
export const number = (item: Attributes, name: string): number => {
  const attribute = item[name];
  return attribute !== undefined && 'N' in attribute ? Number(attribute.N) : 0;
};
/** Whether a member says so. */
export const claim = (item: Attributes, name: string): boolean => {
  const attribute = item[name];
  return attribute !== undefined && 'BOOL' in attribute && attribute.BOOL;
};
/** A list member; empty where there is none. */
export const elements = (item: Attributes, name: string): readonly Attribute[] => {
  const attribute = item[name];
  return attribute !== undefined && 'L' in attribute ? attribute.L : [];
};
/** A map member; empty where there is none. */
export const map = (item: Attributes, name: string): Attributes => {
  const attribute = item[name];
  return attribute !== undefined && 'M' in attribute ? attribute.M : {};
};
