// @ts-check

/**
 * The AWS SDK as a Lambda function needs it. It asks in many places where it may be running: which profile of which file, which
 * role of which web identity, which instance. A function has all that in its environment, put there by Lambda (Lambda Developer
 * Guide, "Defined runtime environment variables"), so that these modules are left out of its bundle. The command and the local
 * run are not bundled and ask as always. What it saves: docs/decisions/090-cold-start.md.
 */

/** Modules by their path in `node_modules`, and what stands in for them. @type {Readonly<Record<string, string>>} */
const standIns = {
  // Credentials come from the environment or not at all: where they are absent, the first request fails and says so.
  '@aws-sdk/credential-provider-node/dist-es/index.js':
    "export { fromEnv as defaultProvider } from '@aws-sdk/credential-provider-env';",
  // There is no ~/.aws: what the environment does not say holds its default.
  '@smithy/core/dist-es/submodules/config/shared-ini-file-loader/loadSharedConfigFiles.js': `
    export { CONFIG_PREFIX_SEPARATOR } from './constants';
    export const loadSharedConfigFiles = async () => ({ configFile: {}, credentialsFile: {} });`,
};

/** Says of what nothing of ours asks for that it isn't there. @param {string} what @returns {string} */
const absent = what => `(() => { throw new Error('functions are bundled without ${what}: see stacks/sdk.mjs'); })()`;

/**
 * Pieces of modules, and what stands in for each. An import when it is needed makes files of what it shares with the rest, which is
 * read at once; of Node's own modules it also reads all exports, and `node:http`'s load fetch.
 * @type {Readonly<Record<string, readonly [from: string, to: string]>>}
 */
const edits = {
  '@smithy/node-http-handler/dist-es/node-http-handler.js': ['await import("node:http")', 'require("node:http")'],
  '@smithy/core/dist-es/submodules/config/config-resolver/regionConfig/getInstanceMetadataRegion.js': [
    'await import("node:http")',
    'require("node:http")',
  ],
  '@aws/lambda-invoke-store/dist-es/invoke-store.js': [
    "await import('node:async_hooks')",
    "require('node:async_hooks')",
  ],
  // Node's zlib is loaded where a checksum is wanted; every Node that Lambda has knows this one.
  '@smithy/core/dist-es/submodules/checksum/crc32/Crc32Node.js': [
    'typeof zlib.crc32 === "function" ? zlib.crc32 : undefined',
    '(...given) => zlib.crc32(...given)',
  ],
  '@aws-sdk/core/dist-es/submodules/client/util-user-agent-browser/createUserAgentStringParsingProvider.js': [
    'await import("bowser")',
    absent('what knows browsers'),
  ],
  '@smithy/core/dist-es/submodules/protocols/HttpProtocol.js': [
    'await import("@smithy/core/event-streams")',
    absent('event streams'),
  ],
};

/** The modules that are changed, by their path in `node_modules`. @type {readonly string[]} */
export const changed = [...Object.keys(standIns), ...Object.keys(edits)];

/**
 * A module of the SDK as functions are bundled with it.
 * @param {string} path in `node_modules` @param {() => Promise<string>} read
 * @returns {Promise<string | undefined>} undefined where it is left as it is
 * @throws where it is no longer as it was when this was written
 */
export const ofLambda = async (path, read) => {
  const standIn = standIns[path];
  if (standIn !== undefined) return standIn;
  const edit = edits[path];
  if (edit === undefined) return undefined;
  const [before = '', ...after] = (await read()).split(edit[0]);
  if (after.length !== 1) throw new Error(`${path}: ${edit[0]} is there ${after.length} times: look at stacks/sdk.mjs`);
  return before + edit[1] + after.join('');
};
