/// <reference path="./.sst/platform/config.d.ts" />

/** Static imports are not allowed here: SST reads `app` before anything else exists. */
export default $config({
  async app({ stage }) {
    const { default: settings } = await import('./tripline.config.ts');
    const { legalStage } = await import('./core/stage.ts');
    legalStage(stage);
    const production = /^prod(uction)?$/.test(stage);
    return {
      name: 'tripline',
      home: 'aws',
      removal: production ? 'retain' : 'remove',
      protect: production,
      providers: {
        aws: {
          region: settings.home as aws.Region, // the settings check that it reads like one, AWS that it is one
          // A stage cannot land in an account that the settings don't name.
          ...(settings.accounts.length > 0 ? { allowedAccountIds: [...settings.accounts] } : {}),
          defaultTags: { tags: { app: 'tripline', stage } },
        },
      },
    };
  },
  async run() {
    const { tripline } = await import('./stacks/tripline.ts');
    return tripline();
  },
});
