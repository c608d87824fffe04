import { expect, test } from 'vitest';
import { fleetRun } from '../../core/cloudtrail/example-launch.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { audit } from '../../core/kubernetes/example.ts';
import { listen } from './listen.ts';
import { alone, step } from './step.ts';

const id = 'lineage/nodeclass-changed-then-launched';
const changed = audit('patch', 'ec2nodeclasses.karpenter.k8s.aws', { objectRef: { name: 'default' } });
const run = fleetRun();

test('what somebody changes again hours later, and nodes are launched from, is said again; a drift at once is not', async () => {
  const times = ['10:00', '13:00', '16:00'];
  const { said } = await listen(
    alone(times.map(at => step(at, 'a node class is changed, and Karpenter replaces nodes', changed, run, run))),
    exampleSettings,
  );
  const cases = said.map(({ message }) => message.finding).filter(({ detection }) => detection === id);
  expect(new Set(cases.map(({ key }) => key['changedIn']))).toEqual(
    new Set(['2026-09-01T10:00Z', '2026-09-01T13:00Z', '2026-09-01T16:00Z']),
  );
  expect(cases).toHaveLength(times.length);
});
