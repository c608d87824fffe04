import { describe, expect, it } from 'vitest';
import { admitsLog, LogsPatternError, limits, parseLogsPattern } from '../../core/targets/logs/grammar.ts';

const event = {
  eventType: 'UpdateTrail',
  sourceIPAddress: '192.0.2.0',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  cluster: { name: 'c', active: true, stopped: false },
  bandwidth: 45,
  small: 1e-3,
  errorMessage: 'Failure: token expired',
} as const;

const admits: readonly (readonly [pattern: string, admitted: boolean])[] = [
  ['{ $.eventType = "UpdateTrail" }', true],
  ['{ $.eventType = UpdateTrail }', true],
  ['{$.eventType="UpdateTrail"}', true],
  ['{ $.eventType = "updatetrail" }', false],
  ['{ $.eventType = "Update*" }', true],
  ['{ $.eventType = "*Trail" }', true],
  ['{ $.eventType = "U*e*l" }', true],
  ['{ $.eventType = "U*x*l" }', false],
  ['{ $.eventType = "UpdateTrail*UpdateTrail" }', false],
  ['{ $.eventType = "U*e*x" }', false],
  ['{ $.eventType = "x*e*l" }', false],
  ['{ $.eventType = "U*p*d*l" }', true],
  ['{ $.eventType = "U*d*p*l" }', false],
  ['{ $.eventType = "U*Tr*Tr*l" }', false],
  ['{ $.eventType = "U*ail*l" }', false],
  ['{ $.bandwidth = 44 }', false],
  ['{ $.cluster[0] = "c" }', false],
  ['{ $.cluster[*] = "c" }', false],
  ['{ $.eventType.length NOT EXISTS }', true],
  ['{ $.arrayKey[*] = "x" || $.objectList[*].id = 9 || $.objectList[*].name = "b" }', true],
  ['{ $.eventType = %zz% || $.eventType = %date% }', true],
  ['{ $.sourceIPAddress = 192.0.2.* }', true],
  ['{ $.arrayKey[0] = "value" }', true],
  ['{ $.arrayKey[1] = "value" }', false],
  ['{ $.arrayKey[*] = "another value" }', true],
  ['{ $.objectList[*].id = 2 }', true],
  ['{ $.objectList[*].id = 3 }', false],
  ['{ $.arrayKey = "value" }', false],
  ['{ $.cluster = "*" }', false],
  ['{ $.SomeObject IS NULL }', true],
  ['{ $.missing IS NULL }', false],
  ['{ $.missing NOT EXISTS }', true],
  ['{ $.SomeObject NOT EXISTS }', false],
  ['{ $.cluster NOT EXISTS }', false],
  ['{ $.cluster.active IS TRUE }', true],
  ['{ $.cluster.stopped IS TRUE }', false],
  ['{ $.cluster.stopped IS FALSE }', true],
  ['{ $.bandwidth > 44 }', true],
  ['{ $.bandwidth >= 45 && $.bandwidth <= 45 }', true],
  ['{ $.bandwidth < 45 }', false],
  ['{ $.bandwidth = 4.5e1 }', true],
  ['{ $.bandwidth = "45" }', false],
  ['{ $.eventType > 3 }', false],
  ['{ $.small = 1e-3 }', true],
  ['{ $.eventType = %Trail% }', true],
  ['{ $.eventType = %^Trail% }', false],
  ['{ $.eventType = %^Up|zz% }', true],
  ['{ $.sourceIPAddress = %^192\\.0\\.2\\.[0-9]{1,3}$% }', true],
  ['{ $.missing = %a|b% }', false],
  // () before && before ||
  ['{ $.bandwidth = 45 || $.bandwidth = 1 && $.bandwidth = 2 }', true],
  ['{ ($.bandwidth = 45 || $.bandwidth = 1) && $.bandwidth = 2 }', false],
];

const refused: readonly (readonly [pattern: string, why: RegExp])[] = [
  ['$.a = 1', /expected '\{'/],
  ['{ $.a = 1', /expected '\}'/],
  ['{ $.a = 1 } x', /expected the end/],
  ['{ }', /expected '\$'/],
  ['{ $.a EXISTS }', /does not exist/],
  ['{ $.a IS NOT NULL }', /does not exist/],
  ['{ $.a != "b" }', /not specified/],
  ['{ $.annotations.[\'authorization.k8s.io/decision\'] = "forbid" }', /in brackets/],
  ['{ $.a = %(b|c)% }', /no groups/],
  ['{ $.a = %b }', /closing '%'/],
  ['{ $.a = %*b% }', /no regular expression/],
  ['{ $.a = %% }', /not allowed/],
  ['{ $.a IS }', /NULL, TRUE or FALSE/],
  ['{ $.a = }', /expected a value/],
  ['{ ($.a = 1 }', /expected '\)'/],
  ['{ $.a = %é% }', /not allowed/],
  ['{ $.a = "b }', /closing quote/],
  ['{ $.a > "b" }', /compares numbers/],
  ['{ $.a[*].b[*] = 1 }', /one \[\*\]/],
  ['{ $.a[*] = 1 || $.b[*] = 1 || $.c[*] = 1 || $.d[*] = 1 }', /at most 3/],
  ['{ $.a = %b% || $.c = %d% || $.e = %f% }', /at most 2/],
  [`{ $.a = "${'x'.repeat(1_020)}" }`, /at most 1024/],
];

describe('the grammar of CloudWatch Logs JSON patterns', () => {
  it.each(admits)('%s admits: %s', (pattern, admitted) => {
    expect(admitsLog(parseLogsPattern(pattern), event)).toBe(admitted);
  });

  it.each(refused)('%s is refused', (pattern, why) => {
    expect(() => parseLogsPattern(pattern)).toThrow(LogsPatternError);
    expect(() => parseLogsPattern(pattern)).toThrow(why);
  });

  it('tells where in a pattern it is wrong, and a few words of what stands there', () => {
    expect(() => parseLogsPattern(`{ $.a EXISTS ${'x'.repeat(100)} }`)).toThrow(
      /^character 7: expected a comparison.*, at 'EXISTS x{17}'$/,
    );
  });

  it('takes a pattern of 1,024 characters, and a longer one that is never sent', () => {
    const of = (length: number): string => `{ $.a = "${'x'.repeat(length - 12)}" }`;
    expect(of(1_024)).toHaveLength(1_024);
    expect(() => parseLogsPattern(of(1_024))).not.toThrow();
    expect(() => parseLogsPattern(of(1_025))).toThrow(/^1025 characters; at most 1024 are allowed$/);
    expect(() => parseLogsPattern(of(1_025), { ...limits, characters: 1_025 })).not.toThrow();
  });

  it('never reads a member that the event only inherits', () => {
    expect(admitsLog(parseLogsPattern('{ $.constructor NOT EXISTS && $.toString NOT EXISTS }'), event)).toBe(true);
  });
});
