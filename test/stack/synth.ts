import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { legalStage, longestStage } from '../../core/stage.ts';
import { homeRegion, type Resource, recording } from './mocks.ts';
import type { Built } from './rpc.ts';

const root = join(import.meta.dirname, '../..');
const platform = join(root, '.sst/platform');

export interface Synthesis {
  readonly resources: readonly Resource[];
  readonly sizes: Built['sizes'];
}

/** Where a synthesis is written. */
const fileOf = (name: string): string => join(root, `.sst/stack-test/${name}.json`);

/**
 * Runs `sst.config.ts` as SST does, with SST's real components, and writes down every resource it asks for. In a process of its
 * own, because SST keeps state in globals. `SST_SERVER` is the address of the server that builds its functions.
 * @param variant a settings file in `test/stack/settings/`, taken for `tripline.config.ts`
 * @param name of what is written
 */
const synthesise = async (variant: string, stage: string, name: string): Promise<Synthesis> => {
  const work = join(root, `.sst/stack-test/${name}`);
  mkdirSync(work, { recursive: true });
  for (const secret of ['SlackWebhook', 'SlackToken', 'SlackSigning', 'PagerDuty', 'WebhookKey', 'Heartbeat'])
    process.env[`SST_SECRET_${secret}`] = 'https://hooks.example.com/secret';
  const app = { name: 'tripline', stage, removal: 'retain', protect: true, providers: { aws: { region: homeRegion } } };
  const cli = { command: 'deploy', paths: { root, work, home: work, platform }, state: {} };
  const out = join(platform, `stack-test-${name}.mjs`);
  await build({
    stdin: {
      contents: `
        import * as pulumi from '@pulumi/pulumi';
        import * as aws from '@pulumi/aws';
        import * as sst from './src/components/index.ts';
        import { run } from './src/auto/run.ts';
        import config from '${join(root, 'sst.config.ts')}';
        Object.assign(globalThis, { aws, sst });
        export const read = () => config.app({ stage: ${JSON.stringify(stage)} });
        export const refuse = () => config.app({ stage: ${JSON.stringify('x'.repeat(longestStage + 1))} });
        export const go = keep => run(() => {
          // After SST's own, which keep tables and buckets of a production stage.
          pulumi.runtime.registerStackTransformation(({ type, name, opts }) => {
            if (opts.retainOnDelete === true) keep(type, name);
          });
          return config.run();
        });
        export { pulumi };`,
      resolveDir: platform,
      loader: 'ts',
    },
    outfile: out,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'esm',
    mainFields: ['module', 'main'],
    external: [
      '@pulumi/*',
      '@pulumiverse/*',
      '@aws-sdk/*',
      'archiver',
      'esbuild',
      'glob',
      'undici',
      'unenv',
      '@cloudflare/*',
      'acorn',
      'acorn-walk',
    ],
    define: { $app: JSON.stringify(app), $cli: JSON.stringify(cli), $dev: 'false' },
    inject: [join(platform, 'src/shim/run.js')],
    banner: {
      js: "import { createRequire as tripRequire } from 'node:module'; const require = tripRequire(import.meta.url);",
    },
    plugins: [
      {
        name: 'settings',
        setup: ({ onResolve }) =>
          onResolve({ filter: /tripline\.config\.ts$/ }, () => ({
            path: join(import.meta.dirname, `settings/${variant}.ts`),
          })),
      },
    ],
    logLevel: 'error',
  });
  const program = await import(pathToFileURL(out).href);
  const resources: Resource[] = [];
  await program.pulumi.runtime.setMocks(recording(resources), app.name, stage, false);
  process.chdir(root);
  const failures: unknown[] = [];
  process.on('unhandledRejection', reason => failures.push(reason));
  const read = await program.read();
  const kept = (type: string, name: string): void =>
    void resources.push({ type: 'tripline:kept', name, region: '', inputs: { type }, arn: '' });
  await program.pulumi.runtime.runInPulumiStack(() => program.go(kept));
  await program.pulumi.runtime.disconnect();
  if (failures.length > 0) throw failures[0];
  resources.push({ type: 'tripline:app', name: 'app', region: '', inputs: read, arn: '' });
  const refused = await program.refuse().catch((error: unknown) => String(error));
  resources.push({ type: 'tripline:refused', name: 'refused', region: '', inputs: { error: refused }, arn: '' });
  const { sizes, handlers }: Built = JSON.parse(await (await fetch(`${process.env['SST_SERVER']}/built`)).text());
  for (const [fn, handler] of Object.entries(handlers))
    resources.push({ type: 'tripline:handler', name: fn, region: homeRegion, inputs: { handler }, arn: '' });
  return { resources, sizes };
};

const [variant = 'plain', stage = 'production', name = variant] = process.argv.slice(2);
const synthesis = await synthesise(variant, legalStage(stage), name);
mkdirSync(dirname(fileOf(name)), { recursive: true });
writeFileSync(fileOf(name), JSON.stringify(synthesis, undefined, 1));
console.log(`${name}: ${synthesis.resources.length} resources, ${Object.keys(synthesis.sizes).length} functions`);
process.exit(0); // Pulumi keeps handles open
