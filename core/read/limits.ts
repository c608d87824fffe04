const KiB = 1024;
const MiB = 1024 * KiB;
const GiB = 1024 * MiB;

/**
 * How far reading goes. What lies beyond is set aside with its reason, and never silently dropped. Only of a record that nests too deeply
 * the upper levels are read, for whoever may write an object chooses how deep it is.
 */
export interface Limits {
  /** One record. CloudTrail sends none above 256 KB, CloudWatch Logs above 1 MB; an API server's log file may hold a request of 3 MB with its answer. */
  readonly recordBytes: number;
  /** Levels of one record. Real ones stay below 40; what walks a record behind this line recurses. */
  readonly recordDepth: number;
  /** How much one compressed object or payload may become. CloudTrail's files are at most 50 MB before compression. */
  readonly inflatedBytes: number;
  /** How many times its compressed size, once above `ratioFrom`. Real logs reach 10 to 40; gzip itself ends at 1,032. */
  readonly ratio: number;
  readonly ratioFrom: number;
  /** Bytes kept of what is set aside. */
  readonly rejectedBytes: number;
  /** Records set aside of one object; more are counted and said in one. */
  readonly rejectedRecords: number;
  /** Wrappers around wrappers: a queue message around a topic's around an envelope around a record is 3. */
  readonly wrappers: number;
}

/** Where anybody's records arrive by themselves. */
export const limits: Limits = {
  recordBytes: 8 * MiB,
  recordDepth: 200,
  inflatedBytes: GiB,
  ratio: 250,
  ratioFrom: 16 * MiB,
  rejectedBytes: 256 * KiB,
  rejectedRecords: 1_000,
  wrappers: 5,
};

/** Where a person names the files: months of logs may be one object. Memory stays the same, the other bounds too. */
export const localLimits: Limits = { ...limits, inflatedBytes: 1024 * GiB };
