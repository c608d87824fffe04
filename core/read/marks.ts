/** The bytes that JSON is made of (RFC 8259, section 2). */

export const space = 0x20;
export const quote = 0x22;
export const comma = 0x2c;
export const minus = 0x2d;
export const point = 0x2e;
export const zero = 0x30;
export const nine = 0x39;
export const colon = 0x3a;
export const openList = 0x5b;
export const backslash = 0x5c;
export const closeList = 0x5d;
export const nullBegins = 0x6e;
export const openObject = 0x7b;
export const closeObject = 0x7d;
