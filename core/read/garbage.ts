/** What bytes that are no JSON probably are, and what to do. */
export const nameOf = (bytes: Uint8Array): string => {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || b === 0)
    return 'It is UTF-16 or binary: give UTF-8 text (iconv -t UTF-8).';
  for (const { magic, name } of archives) {
    if (magic.every((byte, index) => bytes[index] === byte))
      return `It is ${name}: unpack it first (only gzip is unpacked here).`;
  }
  if (a === 0x1f && b === 0x8b) return 'It is gzip inside of gzip or of text: unpack it first.';
  return c === undefined || bytes.includes(0)
    ? 'It is no text, so no JSON.'
    : 'It is text, but no JSON object starts here.';
};

const archives = [
  { magic: [0x50, 0x4b, 0x03, 0x04], name: 'a zip archive' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd-compressed' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], name: 'xz-compressed' },
  { magic: [0x42, 0x5a, 0x68], name: 'bzip2-compressed' },
  { magic: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file' },
];
