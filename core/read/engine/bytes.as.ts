/** The bytes that JSON is made of (RFC 8259, section 2). */

export const space: u32 = 0x20;
export const quote: u32 = 0x22;
export const comma: u32 = 0x2c;
export const colon: u32 = 0x3a;
export const backslash: u32 = 0x5c;
export const openList: u32 = 0x5b;
export const closeList: u32 = 0x5d;
export const openObject: u32 = 0x7b;
export const closeObject: u32 = 0x7d;
