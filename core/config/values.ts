import { isIP } from 'node:net';
import * as v from 'valibot';

// What single values of the settings look like, and what is said of those that do not.

const twelve = 'an account id is twelve digits, in quotes: "111122223333"';
/** An AWS account. */
export const account = v.pipe(v.string(twelve), v.regex(/^\d{12}$/, twelve));
/** An AWS region: its last word is a quarter of the compass, whatever new ones are called. */
export const region = v.pipe(
  v.string(),
  v.regex(/^[a-z]{2,4}(-[a-z]+)?-((north|south)(east|west)?|east|west|central)-\d$/, 'a region reads like "eu-west-1"'),
);
/** Some words: blanks at their ends are part of no name, so that what has them would match nothing, and nobody would see why. */
export const words = v.pipe(
  v.string(),
  v.minLength(1, 'must not be empty'),
  v.check(text => text.trim() === text, 'begins or ends with a blank: nothing is called so'),
);
/** A cluster by its name. */
export const clusterName = v.pipe(v.string(), v.minLength(1, 'a cluster needs its name'), v.maxLength(253));

const isRange = (text: string): boolean => {
  const [address = '', bits, more] = text.split('/');
  const family = isIP(address);
  // An address of one interface (`%eth0`) is nobody's elsewhere, and an IPv4 address is written as such.
  if (family === 0 || more !== undefined || address.includes('%') || /^::ffff:/i.test(address)) return false;
  if (bits === undefined) return true;
  return /^(0|[1-9]\d{0,2})$/.test(bits) && Number(bits) <= (family === 4 ? 32 : 128);
};
const range = v.pipe(
  v.string(),
  v.check(isRange, 'an address ("203.0.113.10") or a range ("10.0.0.0/16", "2001:db8::/56")'),
);
/** The widest that anybody holds: 10.0.0.0/8, fc00::/7, and of the internet a /16 of IPv6. */
const widest = (address: string): number => (isIP(address) === 4 ? 8 : /^[23]/.test(address) ? 16 : 7);
const notEverything = v.check((text: string) => {
  const [address = '', bits] = text.split('/');
  return bits === undefined || Number(bits) >= widest(address);
}, 'a range of the whole world, or of a great part of it, would clear everybody: name those that are yours');
/** Addresses and ranges of them, none of which is the whole world. */
export const ranges = v.array(v.pipe(range, notEverything));

/** A bucket (Amazon S3 User Guide, "General purpose bucket naming rules"). */
export const bucketName = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/, 'a bucket’s name, not its ARN or address'),
);

/** How keys of a bucket's objects begin: as it stands, for EventBridge and IAM would take what they know as a wildcard or variable for one. */
export const keyPrefix = v.pipe(
  v.string(),
  v.check(
    text => text.trim() === text && !/^\/|^s3:|[*?\\${}]/.test(text),
    'how keys begin, like "AWSLogs/": without the bucket, a slash before it, or wildcards',
  ),
);

/** Wildcards: `*` stands for any run of characters. One that is nothing but stars would name everybody. */
export const wildcard = v.pipe(
  words,
  v.check(text => /[^*]/.test(text), 'a wildcard of stars alone would name everybody: say more'),
);
/** Several {@link wildcard}s. */
export const wildcards = v.array(wildcard);
/** An ARN as records have it, or a wildcard over some. */
const principalArn = v.pipe(
  wildcard,
  v.regex(
    /^(arn:|\*)/,
    'an ARN like "arn:aws:iam::111122223333:role/deployer", wildcards allowed: a name alone matches nothing',
  ),
  v.check(
    text => !/:role\/AWSReservedSSO_/.test(text),
    'a permission set’s role has a path: "…:role/aws-reserved/sso.amazonaws.com/*/AWSReservedSSO_NAME_*", without "*/" where IAM Identity Center is in us-east-1',
  ),
);
/** People and workloads, as ARNs, Kubernetes users and groups. */
export const principals = v.optional(
  v.strictObject({
    arns: v.optional(v.array(principalArn)),
    users: v.optional(wildcards),
    groups: v.optional(wildcards),
  }),
  {},
);

const family = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9*-]+(\.[a-z0-9*-]+)?$/, 'a family or type like "m7g", "p*", "*.metal", in lower case'),
);
/** Instance families and types, wildcards allowed. */
export const families = v.array(family);

/** A day, from 00:00 to 24:00 UTC. */
export const day = v.pipe(v.string(), v.isoDate('a day like "2026-12-31"'));

/** A time of day. */
export const clock = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day like "08:30"'));
/** A time zone. */
export const timeZone = v.pipe(
  v.string(),
  v.check(name => {
    try {
      return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
    } catch {
      return false;
    }
  }, 'an IANA time zone like "Europe/Berlin"'),
);

/** A secret by its name; its value is never in the settings. */
export const secret = v.pipe(
  v.string(),
  v.regex(/^[A-Z][A-Za-z0-9]*$/, 'the name of an SST secret, like "SlackWebhook"'),
);
