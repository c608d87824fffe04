/** What every name of a stage's resources begins with: self-protection, and the detections, know them by it. */
export const stagePrefix = (stage: string): string => `tripline-${stage}-`;

/**
 * Characters that a stage's name may have. IAM takes 64 for a role, of which `tripline-STAGE-subscribe-timer-ap-southeast-1` needs
 * forty beside the stage (IAM User Guide, "IAM and AWS STS quotas"); S3 takes a bucket's beginning of 37 (Terraform's and Pulumi's
 * AWS providers, `bucket_prefix`), in which the stage and the first letters of the bucket's own name must be.
 */
export const longestStage = 24;

/**
 * The stage's name, if resources can be called by it. A cut name would be one that nothing knows as ours.
 * @throws Error for a name that SST or AWS would refuse, or cut
 */
export const legalStage = (stage: string): string => {
  if (!/^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$/.test(stage))
    throw new Error(
      `stage ${JSON.stringify(stage)}: a stage's name has letters, digits and single hyphens between them. Deploy with --stage NAME.`,
    );
  if (stage.length > longestStage)
    throw new Error(
      `stage ${stage}: its name has ${stage.length} characters and may have ${longestStage}: names of AWS's resources would be cut, and self-protection would not know them. Deploy with a shorter --stage NAME.`,
    );
  return stage;
};
