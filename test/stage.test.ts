import { describe, expect, test } from 'vitest';
import { legalStage, longestStage, stagePrefix } from '../core/stage.ts';

describe('the name of a stage', () => {
  test.each(['a', 'production', 'Dev-2', 'dev-two-b', 'x'.repeat(longestStage)])('%s is one', stage => {
    expect(legalStage(stage)).toBe(stage);
  });
  test.each([
    ['x'.repeat(longestStage + 1), 'has 25 characters and may have 24'],
    ['', 'has letters, digits and single hyphens'],
    ['a_b', 'has letters, digits and single hyphens'],
    ['a.b', 'has letters, digits and single hyphens'],
    ['a b', 'has letters, digits and single hyphens'],
    ['-a', 'has letters, digits and single hyphens'],
    ['a-', 'has letters, digits and single hyphens'],
    ['a*', 'has letters, digits and single hyphens'],
  ])('%j is none, and the error says why and what to do', (stage, why) => {
    expect(() => legalStage(stage)).toThrow(why);
    expect(() => legalStage(stage)).toThrow('Deploy with');
  });
  test('is part of every name', () => {
    expect(stagePrefix('production')).toBe('tripline-production-');
  });
});
