/** Programs whose commands runbooks give. */
const programs = 'aws|kubectl|kubeadm|clusterctl|clusterawsadm|flux|argocd|npx|npm';

/**
 * A command to its end: a semicolon, a bracket, a comma before a space, or another command, outside of quotes and of
 * what a shell puts in (`$(date)`). What is joined by `&&` and `|` is one command.
 */
const command = new RegExp(
  `(?<![\\w-])(?:${programs}) (?:'[^']*'|"[^"]*"|\\$\\([^()]*\\)|(?! (?:and|or) (?:${programs}) )[^'";,()]|,(?! ))*`,
  'g',
);

/** One part of a runbook's step. */
export interface Part {
  readonly kind: 'prose' | 'code';
  readonly text: string;
}

/**
 * A runbook's step as prose and what is to be pasted, in order: where a channel formats text, a command must stay as it is
 * (`"Action":"*","Resource":"*"` would lose its stars). What the step itself puts into backticks is code, too.
 */
export const partsOf = (step: string): readonly Part[] =>
  step
    .split('`')
    .flatMap((text, index): readonly Part[] => (index % 2 === 1 ? [{ kind: 'code', text }] : commandsIn(text)))
    .filter(({ text }) => text !== '');

const commandsIn = (text: string): readonly Part[] => {
  const parts: Part[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(command)) {
    const one = found.replace(/[\s.:]+$/, '');
    parts.push({ kind: 'prose', text: text.slice(from, index) }, { kind: 'code', text: one });
    from = index + one.length;
  }
  return [...parts, { kind: 'prose', text: text.slice(from) }];
};
