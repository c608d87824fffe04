import { expect, test } from 'vitest';
import { handOf } from '../core/hand.ts';

const role = 'arn:aws:iam::111122223333:role/developer';

test.each<[string, readonly string[], string | undefined]>([
  ['a role', [role], role],
  ['a role with a path, as EKS writes it', ['arn:aws:iam::111122223333:role/teams/a/developer'], role],
  ['a session of it', ['arn:aws:sts::111122223333:assumed-role/developer/mallory'], role],
  ['a session whose name has slashes', ['arn:aws:sts::111122223333:assumed-role/developer/a/b'], role],
  [
    'a role of another partition',
    ['arn:aws-cn:sts::111122223333:assumed-role/developer/mallory'],
    'arn:aws-cn:iam::111122223333:role/developer',
  ],
  ['the role among others, wherever it stands', ['mallory', 'through ec2fleet.amazonaws.com', role], role],
  ['the first of two roles', [role, 'arn:aws:iam::111122223333:role/other'], role],
  ['nobody with a role: the first', ['mallory', 'system:node:a'], 'mallory'],
  ['a user of IAM', ['arn:aws:iam::111122223333:user/ada'], 'arn:aws:iam::111122223333:user/ada'],
  [
    'what only looks like a role',
    ['x arn:aws:iam::111122223333:role/developer'],
    'x arn:aws:iam::111122223333:role/developer',
  ],
  ['nobody', [], undefined],
])('by whose hand it was: %s', (_, principals, hand) => {
  expect(handOf(principals)).toBe(hand);
});
