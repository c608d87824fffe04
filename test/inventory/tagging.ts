/** A statement that lets somebody write any tag. @param over what it says otherwise */
export const allow = (over: object = {}) => ({ Effect: 'Allow', Action: 'ec2:CreateTags', Resource: '*', ...over });

/** One that keeps somebody from it. */
export const deny = (over: object = {}) => ({
  ...allow(),
  Effect: 'Deny',
  Action: ['ec2:CreateTags', 'ec2:DeleteTags'],
  ...over,
});

/** Under which condition. */
export const when = (operator: string, key: string, ...values: readonly string[]) => ({
  Condition: { [operator]: { [key]: values } },
});
