/**
 * `npm run lambda`: the deployed bundles under AWS's own runtime interface client, before a Runtime API of this machine: what each
 * answers, what becomes of it when it is frozen, cut off or ended, and what it says where something is wrong. Ends with 1 where
 * something does not hold. Docs: docs/decisions/091-on-lambda.md.
 */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { answers } from './answers.ts';
import { runtimeClient } from './client.ts';
import { cutting } from './cutting.ts';
import { failing } from './failing.ts';
import { freezing } from './freezing.ts';
import { type Name, names, newWorld } from './world.ts';

const client = runtimeClient();
if (client === undefined) process.exit(1);
const unknown = readdirSync(join(import.meta.dirname, '../../functions'))
  .filter(file => file.endsWith('.ts') && !names.includes(file.replace('.ts', '') as Name))
  .join(', ');
if (unknown !== '')
  throw new Error(`say in test/lambda/world.ts what the stack says of ${unknown}, and invoke it in answers.ts`);
const asked = process.argv[2] ?? ''; // part of what a case is called
let failed = 0;
for (const [part, cases] of Object.entries({ answers, freezing, cutting, failing })) {
  const world = await newWorld(client);
  for (const { name, run } of cases.filter(one => `${part}: ${one.name}`.includes(asked))) {
    const began = performance.now();
    const [mark, said] = await run(world).then(
      seen => ['ok', seen] as const,
      (error: unknown) => {
        failed++;
        return ['FAILED', error instanceof Error ? error.message : String(error)] as const;
      },
    );
    console.log(
      `${mark.padEnd(6)} ${((performance.now() - began) / 1_000).toFixed(1).padStart(5)} s  ${part}: ${name}: ${said}`,
    );
  }
  const refused = world.guards.flatMap(guard => [...new Set(guard.refused)]);
  const sent = world.guards.flatMap(guard => [...guard.allowed.values()]).reduce((sum, some) => sum + some, 0);
  if (refused.length > 0) failed++;
  if (sent > 0 || refused.length > 0)
    console.log(
      refused.length === 0
        ? `ok              ${part}: rights: ${sent} requests to AWS, each allowed by the policy of the function that sent it`
        : `FAILED          ${part}: rights: ${refused.join('; ')}`,
    );
  await world.close();
}
console.log(failed === 0 ? 'lambda: all of it holds' : `lambda: ${failed} did not hold`);
process.exit(failed === 0 ? 0 : 1);
