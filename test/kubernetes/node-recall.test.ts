import { describe, expect, test } from 'vitest';
import { exampleSettings } from '../../core/example-settings.ts';
import type { View } from '../../core/fact.ts';
import { audit, node } from '../../core/kubernetes/example.ts';
import { nodeOffNode } from '../../core/kubernetes/node-recall.ts';
import type { AuditUser } from '../../core/kubernetes/record.ts';
import type { Item } from '../../core/state/observation.ts';
import { viewOf } from '../../core/view.ts';

const name = 'ip-10-0-12-34.eu-west-1.compute.internal';
const instance = 'i-0aaaabbbbccccdddd';
const hour = 3_600_000;

const viewFor = (user: AuditUser, sourceIPs = ['10.0.12.34']): View<'kubernetes'> => {
  const event = audit('get', 'pods', { user, sourceIPs });
  const { record } = event;
  return { event, record, fact: viewOf(event, exampleSettings).fact };
};
const notes = (user: AuditUser, key: Item, known: Item = {}, sourceIPs?: string[]) => {
  const view = viewFor(user, sourceIPs);
  const also = Object.keys(known).length === 0 ? [] : [known];
  return nodeOffNode.decide(view, {}, [{ item: key, also, full: false }]).map(({ note, eventId, time }) => {
    expect([eventId, time]).toEqual([view.event.id, view.event.time]);
    return note;
  });
};
const signedIn = (extra: NonNullable<AuditUser['extra']>, of = name): AuditUser => {
  const user = node(of, instance);
  return { ...user, extra: { ...user.extra, ...extra } };
};

describe("a node's session is asked about", () => {
  const asked = (user: AuditUser, sourceIPs?: string[]) => nodeOffNode.observe(viewFor(user, sourceIPs), {});
  test('by its access key and its instance, which stay what they are for an hour', () => {
    const { event } = viewFor(node(name, instance));
    expect(asked(node(name, instance))).toEqual([
      {
        scope: 'key#ASIAEXAMPLEDEVKEY001',
        expires: event.time + hour,
        also: [`instance#111122223333#${instance}`],
        stale: hour,
      },
    ]);
  });
  test.each<[string, AuditUser, string[]?]>([
    ['not where one event shows enough', node(name, instance, 'reports')],
    ['not where it comes from elsewhere', node(name, instance), ['198.51.100.23']],
    ['not where nothing is said of a key', signedIn({ accessKeyId: [] })],
    ['not by a key of any length', signedIn({ accessKeyId: ['A'.repeat(129)] })],
    ['not by what is no key', signedIn({ accessKeyId: [7 as never] })],
    ['not where nobody signed in', { username: `system:node:${name}` }],
  ])('%s', (_, user, sourceIPs) => expect(asked(user, sourceIPs)).toEqual([]));
  test('by a key of 128 characters', () => {
    expect(asked(signedIn({ accessKeyId: ['A'.repeat(128)] })).map(({ scope }) => scope)).toEqual([
      `key#${'A'.repeat(128)}`,
    ]);
  });
});

describe('what is known speaks against it', () => {
  const own = { instance: [instance] };
  test.each<[string, AuditUser, Item, Item, readonly string[]]>([
    ['not where nothing is known', node(name, instance), {}, {}, []],
    ['not where all is as it should be', node(name, instance), own, { privateIp: ['10.0.12.34'] }, []],
    [
      'where its key is another instance’s',
      node(name, instance),
      { instance: ['i-0123456789abcdef0'] },
      {},
      ['with an access key that was issued to i-0123456789abcdef0'],
    ],
    [
      'where its instance never had the address that the node is named after',
      node(name, instance),
      own,
      { privateIp: ['10.0.12.35', '110.0.12.34'] },
      [`by ${instance}, which is not the instance of that name`],
    ],
    [
      'not where the node is not named after an address',
      node(instance, instance),
      own,
      { privateIp: ['10.0.12.35'] },
      [],
    ],
    ['not where its name only holds one', node('x-ip-10-0-12-34.a', instance), own, { privateIp: ['10.0.12.35'] }, []],
    ['not where no address is known', node(name, instance), own, { launched: ['1'] }, []],
  ])('%s', (_, user, key, known, expected) => expect(notes(user, key, known)).toEqual(expected));

  test('and one event does that shows all that does not fit, whatever is known', () => {
    expect(notes(node(name, instance, 'reports'), own, {}, ['198.51.100.23'])).toEqual([
      "from outside the cluster's ranges, with a role that is no node role",
    ]);
    expect(notes(node('i-0123456789abcdef0', instance), own)).toEqual(["with a session that is not the node's"]);
  });

  test('not where the store did not answer', () => {
    expect(nodeOffNode.decide(viewFor(node(name, instance)), {}, [])).toEqual([]);
  });
});
