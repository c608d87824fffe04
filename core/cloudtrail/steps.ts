/** Runbook steps that several detections share. Capitals stand for what the finding names. */

/** Who else made the same call of late. The finding says which: a detection may be about many. */
export const confirmCall =
  'Confirm with the owner of the principal that it was intended, and see who else makes this call: aws cloudtrail lookup-events --lookup-attributes AttributeKey=EventName,AttributeValue=EVENT --start-time DAY_BEFORE --max-results 50 --region REGION';

/**
 * Cuts an instance off, at each of its interfaces: by the instance itself, EC2 changes the groups of one that has a single interface, and
 * refuses nodes, to which the VPC CNI attaches more (EC2 API Reference, ModifyInstanceAttribute; ModifyNetworkInterfaceAttribute).
 */
export const quarantine =
  "aws ec2 describe-network-interfaces --region INSTANCE_REGION --filters Name=attachment.instance-id,Values=INSTANCE --query 'NetworkInterfaces[].NetworkInterfaceId' --output text | xargs -n 1 aws ec2 modify-network-interface-attribute --region INSTANCE_REGION --groups QUARANTINE_SECURITY_GROUP --network-interface-id";

/** Takes the node out of service without destroying what it holds; the record knows the instance, and the cluster which node it is. */
export const preserveNode = `Contain, preserving the node (its name: kubectl get nodes -o custom-columns=NAME:.metadata.name,ID:.spec.providerID | grep INSTANCE): kubectl cordon NODE && kubectl annotate node NODE karpenter.sh/do-not-disrupt=true --overwrite; then aws ec2 create-snapshots --region INSTANCE_REGION --instance-specification InstanceId=INSTANCE --description evidence; then ${quarantine}`;

/**
 * Denies a role's sessions everything, up to the moment at which it is pasted: what was issued between the announcement and then
 * would outlive a time that the announcement names (IAM User Guide, "Revoking IAM role temporary security credentials").
 */
const revoking = (role: 'ROLE' | 'ACTING_ROLE' | 'CHANGER_ROLE'): string =>
  `aws iam put-role-policy --role-name ${role} --policy-name revoke-older-sessions --policy-document '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"DateLessThan":{"aws:TokenIssueTime":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'"}}}]}'`;

/** The command of {@link revokeSessions}, for a step that says more. */
export const revokeOlder = revoking('ROLE');

/** Ends what the sessions of a role that the finding is about can do, without deleting the role. */
export const revokeSessions = `Revoke the sessions of the role: ${revokeOlder}`;

/** The same of the role whose session made the call. */
export const revokeActing = `Revoke the sessions of the role that did it: ${revoking('ACTING_ROLE')}`;

/**
 * What it costs where the sessions are of nodes: an instance gets new credentials before its own expire (EC2 User Guide, "Retrieve
 * security credentials from instance metadata"), and those of recorded launches last six hours and more.
 */
const costs =
  '; every node of a node role is denied with it (images, addresses for pods) as long as its credentials last, six hours and more: replace the other nodes, a few at a time';

/** {@link revokeSessions}, where the role is that of nodes. */
export const revokeNodes = `${revokeSessions}${costs}`;

/** {@link revokeActing}, where a node's session made the call. */
export const revokeActingNode = `${revokeActing}${costs}`;

/** The same of who had changed before what a finding is about. */
export const revokeChanger = `Revoke the sessions of the role of whoever changed it: ${revoking('CHANGER_ROLE')}`;

/**
 * The same of anybody: a user has keys (IAM User Guide, "Manage access keys for IAM users"), and the role of a permission set can't be
 * changed (the same, "Disabling permissions for temporary security credentials").
 */
export const revokeCaller = `${revokeActing}; for an IAM user, deactivate the key: aws iam update-access-key --user-name USER_NAME --access-key-id USER_KEY --status Inactive; for a person of IAM Identity Center (AWSReservedSSO_…), deny identitystore:userId in a service control policy`;

/** What else the principal did. */
export const lookAround =
  'Look around: npx tripline entity PRINCIPAL, and aws cloudtrail lookup-events --lookup-attributes AttributeKey=Username,AttributeValue=SESSION --start-time DAY_BEFORE --region REGION';

/**
 * Keeps Karpenter from launching more from what was changed. A static pool takes no limit but `nodes` (karpenter, `NodePoolSpec`: "only
 * 'limits.nodes' is supported on static NodePools"), and one of none deletes no node; of an older Karpenter `cpu` is the one that counts.
 */
export const stopProvisioning =
  'Stop further launches while you look: kubectl patch nodepool POOL --type merge -p \'{"spec":{"limits":{"cpu":"0"}}}\'; of a static pool (spec.replicas), which refuses that: kubectl patch nodepool POOL --type merge -p \'{"spec":{"limits":{"nodes":"0"}}}\'';
