/** A part of the core and the tests that pin it. */
export interface Area {
  /** What is mutated: folders or files. */
  readonly mutate: readonly string[];
  /** Test files that are run for a mutant, the quickest first: the first that fails ends it. */
  readonly tests: readonly string[];
  /** Names of tests that are left out, for they take long: what only they tell apart survives. */
  readonly without?: RegExp;
}

const testsIn = (folder: string, ...names: readonly string[]): readonly string[] =>
  names.map(name => `test/${folder}/${name}`);

/** What facts say, need and show. */
const facts = testsIn('facts', 'needs.test.ts', 'signs.test.ts');
/** The examples of all detections and knowledge. */
const examples = ['test/catalogue.test.ts'];
/** Tests of the catalogue that ask more of an example than what it comes to. */
const notAnExample = /proves each clause|the same among all others|exports one detection or knowledge/;

const redacting = testsIn(
  'findings',
  'redact-prefixes.test.ts',
  'redact-text.test.ts',
  'redact-names.test.ts',
  'redact-shape.test.ts',
  'redact.test.ts',
);

/** Parts of `core/announce` whose tests go through the tables, or through the functions. */
const announcing = ['announce', 'deliver'];
const outlets = ['buttons', 'pagerduty', 'press', 'route', 'suppression'];

export const areas: { readonly [name: string]: Area } = {
  pattern: {
    mutate: ['core/pattern'],
    tests: testsIn(
      'pattern',
      'language.test.ts',
      'dispatch.test.ts',
      'asking.test.ts',
      'facts.test.ts',
      'clauses.test.ts',
      'explain.test.ts',
      'document.test.ts',
      'hostile.test.ts',
    ),
    without:
      /100,000 levels|however many conditions|not once per element|one more visit|exponential|explodes elsewhere/,
  },
  state: {
    mutate: ['core/state', '!core/state/memory.ts', '!core/state/items.ts', '!core/state/waiting.ts'],
    tests: testsIn(
      'state',
      'declarative.test.ts',
      'recall.test.ts',
      'counting.test.ts',
      'burst.test.ts',
      'silence.test.ts',
      'network.test.ts',
      'canary.test.ts',
      'first-seen.test.ts',
      'rejudge.test.ts',
      'launch-state.test.ts',
      'span.test.ts',
      'sighting.test.ts',
      'whole-burst.test.ts',
      'bookmark.test.ts',
    ),
    without:
      /whatever the order, repetition and batches|order and redelivery|records that are late|in any order and batches/,
  },
  memory: {
    mutate: ['memory', 'items', 'waiting'].map(name => `core/state/${name}.ts`),
    tests: testsIn('state', 'scratch.test.ts', 'bounded.test.ts', 'store.conformance.test.ts'),
    without: /in DynamoDB|hundreds of|the table of state|memory and DynamoDB/,
  },
  redact: {
    mutate: ['core/redact'],
    tests: redacting,
    without: /evidence is bounded|a large record|any JSON/,
  },
  evidence: {
    mutate: ['core/redact.ts'],
    tests: redacting,
    without: /in time/,
  },
  findings: {
    mutate: ['core/findings'],
    tests: testsIn(
      'findings',
      'life.test.ts',
      'ended.test.ts',
      'fold.test.ts',
      'items.test.ts',
      'repeats.test.ts',
      'pipeline.test.ts',
      'scratch.test.ts',
    ),
    without: /a thousand events/,
  },
  announce: {
    mutate: ['core/announce', ...[...announcing, ...outlets].map(name => `!core/announce/${name}.ts`)],
    tests: testsIn(
      'announce',
      'transitions.test.ts',
      'notice.test.ts',
      'evidence.test.ts',
      'message.test.ts',
      'context.test.ts',
      'fill.test.ts',
      'docs.test.ts',
      'render.test.ts',
      'slack-blocks.test.ts',
      'links.test.ts',
      'channels.test.ts',
    ),
    without: /at most 256 KB|at most 100 KB|Slack stays within its limits|over the table/,
  },
  announcer: {
    mutate: announcing.map(name => `core/announce/${name}.ts`),
    tests: [
      ...testsIn('announce', 'notice.test.ts', 'ledger.test.ts', 'announce.test.ts'),
      ...testsIn('functions', 'digest.test.ts'),
    ],
    without: /fifty claims/,
  },
  outlets: {
    mutate: [...outlets.map(name => `core/announce/${name}.ts`), 'core/slack-request.ts', 'core/suppress.ts'],
    tests: [
      'test/slack-request.test.ts',
      ...testsIn('announce', 'docs.test.ts', 'pagerduty.test.ts', 'press.test.ts'),
      ...testsIn('functions', 'suppress.test.ts', 'outlets.test.ts', 'triage.test.ts', 'digest.test.ts'),
    ],
  },
  read: {
    // The engine is an area of its own.
    mutate: ['core/read', '!core/read/engine', '!core/read/outline.ts'],
    tests: testsIn(
      'read',
      'shape.test.ts',
      'garbage.test.ts',
      'list-name.test.ts',
      'csv.test.ts',
      'object.test.ts',
      'record.test.ts',
      'at-hand.test.ts',
      'set-aside.test.ts',
      'timely.test.ts',
      'recorded.test.ts',
      'transports.test.ts',
      'subscription.test.ts',
      'place.test.ts',
      'files.test.ts',
      'guess.test.ts',
      'quarantine.test.ts',
      'gunzip.test.ts',
      'hostile.test.ts',
    ),
    without:
      /1 GB|gzip bomb|or a bomb|inflates far|levels are too deep|larger than any record|of a large file|however far it inflates|one record that is too large/,
  },
  engine: {
    // What goes over the bytes is AssemblyScript; `wasm.ts` is compiled from it.
    mutate: ['engine', 'layout', 'questions', 'skimmer', 'table']
      .map(name => `core/read/engine/${name}.ts`)
      .concat('core/quiet.ts', 'core/read/outline.ts', 'core/cloudtrail/outline.ts', 'core/kubernetes/outline.ts'),
    tests: [...testsIn('read', 'skimmer.test.ts', 'engine.test.ts'), 'test/quiet.test.ts'],
    // Many records, a rule of each kind against each of many, and properties that count what they met: of five draws too little.
    without:
      /most records of an ordinary account|whatever one of some patterns|no event of which a rule|accepts JSON.parse|whatever stands before|as the compiled tests|each text of a list|never answered with no|same counts and the same/,
  },
  targets: {
    // The pages are compared letter by letter with those of docs/ by `npm run generate:check`; queries are an area of their own.
    mutate: ['core/targets', '!core/targets/pages', '!core/targets/sql'],
    tests: testsIn(
      'targets',
      'clause.test.ts',
      'needs.test.ts',
      'alike.test.ts',
      'volume.test.ts',
      'objects.test.ts',
      'fit.test.ts',
      'narrow.test.ts',
      'logs-grammar.test.ts',
      'logs.test.ts',
      'eventbridge.test.ts',
      'cost.test.ts',
      'guard.test.ts',
      'filters.fuzz.ts',
    ),
    // Many rules at once take seconds.
    without: /widens until it fits|cuts the words|in the same numbers/,
  },
  hunts: {
    mutate: ['core/targets/sql'],
    tests: [
      ...testsIn('targets', 'sql-place.test.ts'),
      ...testsIn('cli', 'hunt.test.ts'),
      ...testsIn('targets', 'sql-condition.test.ts'),
    ],
    without: /every record that its pattern matches/,
  },
  cloudtrail: {
    mutate: ['core/cloudtrail', '!core/cloudtrail/example*.ts', '!core/cloudtrail/outline.ts'],
    tests: [
      ...testsIn(
        'cloudtrail',
        'identity-policy.test.ts',
        'identity-principal.test.ts',
        'identity-off-instance.test.ts',
        'identity-blinding.test.ts',
        'refused.test.ts',
        'launch-ec2.test.ts',
        'launch.test.ts',
        'launch-facts.test.ts',
        'exposure-facts.test.ts',
        'facts.test.ts',
        'surroundings.test.ts',
        'acts.test.ts',
        'edges.test.ts',
      ),
      ...facts,
      ...testsIn('read', 'record.test.ts'),
      ...examples,
    ],
    without: notAnExample,
  },
  kubernetes: {
    mutate: [
      'core/kubernetes',
      '!core/kubernetes/example*.ts',
      '!core/kubernetes/outline.ts',
      '!core/kubernetes/user-signs.ts',
    ],
    tests: [
      ...testsIn(
        'kubernetes',
        'facts.test.ts',
        'command.test.ts',
        'grants.test.ts',
        'body.test.ts',
        'content.test.ts',
        'identity.test.ts',
        'nulls.test.ts',
        'place.test.ts',
        'node-recall.test.ts',
        'token-reuse.test.ts',
      ),
      ...testsIn('kube', 'reading.test.ts', 'kept.test.ts'),
      ...facts,
      ...testsIn('read', 'record.test.ts'),
      ...examples,
    ],
    without: notAnExample,
  },
  needs: {
    // What facts say, need and show, which filters are derived from. Most of it is made while modules are loaded, so that nothing here
    // loads the catalogue.
    mutate: ['core/cloudtrail/facts', 'core/kubernetes/facts', 'core/kubernetes/user-signs.ts'],
    tests: [
      ...facts,
      ...testsIn(
        'cloudtrail',
        'exposure-facts.test.ts',
        'launch-facts.test.ts',
        'facts.test.ts',
        'identity-policy.test.ts',
        'identity-principal.test.ts',
        'identity-off-instance.test.ts',
        'surroundings.test.ts',
      ),
      ...testsIn(
        'kubernetes',
        'facts.test.ts',
        'grants.test.ts',
        'content.test.ts',
        'body.test.ts',
        'identity.test.ts',
        'nulls.test.ts',
      ),
    ],
  },
  posture: {
    mutate: ['core/posture'],
    tests: [
      ...testsIn('kubernetes', 'posture.test.ts'),
      ...testsIn('posture', 'judges.test.ts', 'guards.test.ts', 'manifest.test.ts'),
    ],
  },
  inventory: {
    mutate: ['core/inventory'],
    tests: testsIn(
      'inventory',
      'taggers.test.ts',
      'steering.test.ts',
      'posture/clusters.test.ts',
      'posture/network.test.ts',
      'posture/nodes.test.ts',
      'posture/roles.test.ts',
      'posture/trails.test.ts',
      'resolving.test.ts',
      'knowledge.test.ts',
      'figures.test.ts',
      'run.test.ts',
      'inventory.test.ts',
    ),
  },
  usage: {
    mutate: ['core/usage'],
    tests: testsIn('usage', 'action.test.ts', 'usage.test.ts', 'kept.test.ts'),
    without: /deployed handler|tripline usage|fill an item|that it has more roles/,
  },
  doctor: {
    mutate: ['core/doctor'],
    tests: testsIn('doctor', 'edges.test.ts', 'settings.test.ts', 'checks.test.ts', 'sentences.test.ts'),
  },
  captures: {
    mutate: ['core/evidence'],
    tests: [
      ...testsIn('evidence', 'shape.test.ts'),
      ...testsIn('functions', 'evidence.test.ts'),
      ...testsIn('findings', 'redact.test.ts'),
    ],
    without: /over the wire|as far as there is time/,
  },
  canary: {
    mutate: ['core/canary.ts'],
    tests: [
      ...testsIn('state', 'canary.test.ts'),
      ...testsIn('doctor', 'edges.test.ts'),
      ...testsIn('canary', 'clusters.test.ts', 'rounds.test.ts'),
    ],
  },
  hub: {
    mutate: ['core/hub.ts', 'core/tables.ts'],
    tests: testsIn('hub', 'item.test.ts', 'hub.test.ts'),
  },
  commands: {
    // What is told of findings and things where somebody asks.
    mutate: ['core/known.ts', 'core/report'],
    tests: ['test/known.test.ts', ...testsIn('cli', 'report.test.ts', 'entity.test.ts')],
  },
  rehearsal: {
    mutate: ['core/rehearsal'],
    tests: testsIn('rehearsal', 'rehearsal.test.ts'),
  },
  rest: {
    mutate: [
      'core/*.ts',
      'core/config',
      '!core/redact.ts',
      '!core/example-settings.ts',
      // They are of other areas.
      ...['canary', 'hub', 'known', 'quiet', 'slack-request', 'suppress', 'tables'].map(name => `!core/${name}.ts`),
      // `once.ts` stands in for it.
      '!core/once.ts',
    ],
    tests: [
      ...[
        'activity',
        'archives',
        'audit-groups',
        'explain',
        'json',
        'lanes',
        'near',
        'partition',
        'remembered',
        'requirements',
        'sorted',
        'stage',
        'title',
        'unmet',
        'hand',
        'vocabulary',
        'wildcard',
      ].map(name => `test/${name}.test.ts`),
      ...testsIn('settings', 'config.test.ts'),
      ...testsIn('announce', 'escape.test.ts', 'attack.test.ts', 'ocsf.test.ts'),
      ...testsIn('pattern', 'rules.test.ts'),
      ...testsIn('state', 'rejudge.test.ts'),
      ...testsIn('findings', 'pipeline.test.ts', 'flood.test.ts'),
      'test/gate.test.ts',
    ],
    // The whole catalogue under some settings.
    without: /> under (the example|no) settings/,
  },
};
