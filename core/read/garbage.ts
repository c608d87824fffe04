import { latin1 } from './text.ts';

/** What bytes that are no JSON probably are, and what to do. */
export const nameOf = (bytes: Uint8Array): string => {
  const [a, b, c] = bytes;
  if ((a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff) || b === 0)
    return 'It is UTF-16 or binary: give UTF-8 text (iconv -t UTF-8; PowerShell: | Set-Content -Encoding utf8).';
  for (const { magic, name } of archives) {
    if (magic.every((byte, index) => bytes[index] === byte))
      return `It is ${name}: unpack it first (only gzip is unpacked here).`;
  }
  if (a === 0x1f && b === 0x8b) return 'It is gzip inside of gzip or of text: unpack it first.';
  if (latin1(bytes.subarray(257, 262)) === 'ustar')
    return 'It is a tar archive: unpack it first (only gzip is unpacked here).';
  if (c === undefined || bytes.includes(0)) return 'It is not text, so it is not JSON.';
  const [line = ''] = latin1(bytes.subarray(0, 4_096)).split('\n');
  if (a === 0x3c) return 'It is XML or HTML, perhaps the answer to a download that was refused: give the log itself.';
  if (isHeader(line))
    return 'It is CSV, as Athena, CloudTrail Lake, Logs Insights and the event history write it: give a column that holds the records whole, the records as JSON, one a line, or the files of the trail itself.';
  if (isTerminal(line))
    return 'It is text, a table or YAML, as AWS’s command line prints it unless told: ask it for `--output json`.';
  return 'It is text, but no JSON object starts here.';
};

/** The names of columns: words between commas, among them one that records are full of; or as the event history has them. */
const isHeader = (line: string): boolean =>
  /^"?Event name"?,/.test(line) ||
  (/^"?[\w@.]+"?(?:,"?[\w@.]+"?)+\r?$/.test(line) && /event_?(?:name|time|source|version)|@message/i.test(line));

/** The first line of `--output yaml`, `table` or `text`: a member alone, a rule, a word in capitals before a tab. */
const isTerminal = (line: string): boolean => /^(?:[A-Za-z]{1,40}:\r?$|-{20,}\r?$|[A-Z]{2,40}\t)/.test(line);

/** klog's header (Kubernetes, klog): `I0901 10:00:00.000000       1 trace.go:236] …`, alone or as a container runtime keeps it. */
const klog =
  /^(?:\d{4}-\d\d-\d\dT\S+ (?:std(?:out|err) [FP] |\S+ )?)?[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ [\w.-]+:\d+\]/;

/** How many lines, where all of them are a server's own and none holds what a record has; undefined where one is not, or there is none. */
export const serverLines = (bytes: Uint8Array): number | undefined => {
  const lines = latin1(bytes)
    .split('\n')
    .filter(line => line.trim() !== '');
  const areOwn = lines.every(line => klog.test(line) && !/"(?:auditID|eventID)"/.test(line));
  return areOwn && lines.length > 0 ? lines.length : undefined;
};

const archives = [
  { magic: [0x50, 0x4b, 0x03, 0x04], name: 'a zip archive' },
  { magic: [0x28, 0xb5, 0x2f, 0xfd], name: 'zstd-compressed' },
  { magic: [0xfd, 0x37, 0x7a, 0x58], name: 'xz-compressed' },
  { magic: [0x42, 0x5a, 0x68], name: 'bzip2-compressed' },
  { magic: [0x50, 0x41, 0x52, 0x31], name: 'a Parquet file' },
];
