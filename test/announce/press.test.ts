import { expect, test } from 'vitest';
import { pressIn } from '../../core/announce/press.ts';
import { filterPolicy } from '../../core/announce/route.ts';

const id = '0123456789abcdef';
const pressed = (action: object = {}, over: object = {}) => ({
  ...{ type: 'block_actions', user: { id: 'U1' }, team: { id: 'T1' }, response_url: 'https://hooks.example.com/x' },
  actions: [{ action_id: 'resolve', value: id, ...action }],
  ...over,
});
const read = (payload: unknown) => pressIn(`payload=${encodeURIComponent(JSON.stringify(payload))}`);

test('a press is what Slack says of one button', () => {
  expect(read(pressed())).toEqual({
    ...{ act: 'resolve', finding: id, user: 'U1', team: 'T1', answer: 'https://hooks.example.com/x' },
  });
  for (const [what, payload] of Object.entries({
    'another act': pressed({ action_id: 'delete' }),
    'something before the id': pressed({ value: `x${id}` }),
    'something behind it': pressed({ value: `${id}x` }),
    'no button': pressed({}, { actions: [] }),
    'two buttons': pressed({}, { actions: [...pressed().actions, ...pressed().actions] }),
    'another kind of payload': pressed({}, { type: 'view_submission' }),
    nobody: pressed({}, { user: {} }),
  }))
    expect(read(payload), what).toBeUndefined();
  expect([pressIn(''), pressIn('payload={'), pressIn('x=1')]).toEqual([undefined, undefined, undefined]);
});

test('a subscription says nothing of what one of its wildcards leaves open, and something of the rest', () => {
  const policy = filterPolicy({ clusters: ['*-prod', 'lab'], detections: ['pipeline/canary-returned', 'kube*'] });
  expect(policy).toEqual({ detection: ['pipeline/canary-returned', { prefix: 'kube' }] });
  expect(filterPolicy({ clusters: ['lab'] })).toMatchObject({ cluster: ['lab'] });
  expect(filterPolicy({ detections: ['*', 'pipeline/canary-returned'] })).toBeUndefined();
});
