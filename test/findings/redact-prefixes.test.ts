import { describe, expect, test } from 'vitest';
import { prefixedAt } from '../../core/redact/prefixes.ts';

/** What looks like nothing by itself, so that the prefix alone tells. */
const letters = (length: number): string => 'a'.repeat(length);
const mixed = (length: number): string => 'a1'.repeat(length / 2);
const upper = (length: number): string => `A${letters(length - 1)}`;

/** Each prefix with the least that must follow it. */
const least: readonly (readonly [prefix: string, rest: string])[] = [
  ...['k8s-aws-v1.', 'ghp_', 'gho_', 'ghs_', 'ghu_', 'github_pat_', 'glpat-', 'xoxb-', 'xoxp-', 'xapp-'].map(
    prefix => [prefix, letters(12)] as const,
  ),
  ...[
    'sk_live_',
    'rk_live_',
    'sk-ant-',
    'sk-proj-',
    'dckr_pat_',
    'glrt-',
    'glptt-',
    'ghr_',
    'dop_v1_',
    'xoxa-',
    'xoxc-',
    'xoxd-',
    'xoxr-',
    'xoxs-',
    'AGE-SECRET-KEY-1',
  ].map(prefix => [prefix, mixed(16)] as const),
  ['ABSKQmVkcm9ja', letters(12)],
  ['bedrock-api-key-YmVkcm9jay', letters(12)],
  ['hvs.', upper(24)],
  ['hvs.', `${letters(23)}A`],
  ['hvb.', upper(24)],
  ['hvb.', `${letters(23)}A`],
  ['ya29.', upper(24)],
  ['ya29.', `${letters(23)}A`],
  ['npm_', letters(24)],
  ['hf_', letters(24)],
  ['pul-', letters(24)],
  ['AIza', letters(30)],
];

describe('a token is known by its prefix', () => {
  test.each(least)('%s%s, wherever it stands, and not with a character less', (prefix, rest) => {
    expect(prefixedAt(`${prefix}${rest}`)).toBe(0);
    expect(prefixedAt(`a-${prefix}${rest}`)).toBe(2);
    expect(prefixedAt(`${prefix}${rest.slice(0, 11)}`)).toBe(-1);
    expect(prefixedAt(`${prefix}${rest.slice(1)}`)).toBe(-1);
  });
});

/** Prefixes in which words end, too. */
const words = least.filter(([, rest]) => rest !== letters(12));

describe('a prefix that ends a word is none', () => {
  test.each(words)('%s', (prefix, rest) => {
    expect(prefixedAt(`x${prefix}${rest}`)).toBe(-1);
    expect(prefixedAt(`1${prefix}${rest}`)).toBe(-1);
    for (const mark of '-._/') expect(prefixedAt(`x${mark}${prefix}${rest}`)).toBe(2);
    expect(prefixedAt(`x${prefix} ${prefix}${rest}`)).toBe(2 + prefix.length);
  });
});

describe('what must follow', () => {
  test.each([
    ['sk-ant-', letters(40), 'letters alone are words'],
    ['sk-ant-', '1'.repeat(40), 'digits alone are a number'],
    ['hvs.', letters(40), 'a host has no capitals'],
    ['ya29.', `${letters(24)}A`, 'the capital comes too late'],
    ['hvs.', `${upper(10)}.${letters(20)}`, 'a dot ends it'],
    ['npm_', `package_${letters(24)}`, 'a name in pieces'],
    ['hf_', `models_bucket_${letters(10)}`, 'a name in pieces'],
    ['pul-', 'g'.repeat(24), 'hexadecimal alone'],
    ['AIza', `${letters(20)}.${letters(20)}`, 'a dot ends it'],
    ['ABSK', `KeyRotationRole${letters(20)}`, 'a role of that beginning'],
    ['bedrock-api-key-', `policy-${letters(20)}`, 'a policy of that beginning'],
    ['bedrock-api-key-YmVkcm9jay', `${letters(5)}.${letters(20)}`, 'a dot ends it'],
  ])('%s%s: no token (%#)', (prefix, rest) => {
    expect(prefixedAt(`${prefix}${rest}`)).toBe(-1);
  });
});
