import { quarantine } from '../cloudtrail/steps.ts';

/** Runbook steps that several detections share. Capitals stand for what the finding names. */

/**
 * The audit events behind a finding, as CloudWatch Logs Insights asks for them. @param filter inside a shell's double quotes: none
 * of their own, and nothing that a shell would put something else for
 */
export const insights = (filter: string): string => query(filter, 'END_SECONDS');

/** The same up to the moment at which it is pasted: what followed from a thing may have followed hours later. */
export const insightsSince = (filter: string): string => query(filter, '$(date +%s)');

const query = (filter: string, end: string): string =>
  `aws logs start-query --region REGION --log-group-name LOG_GROUP --start-time START_SECONDS --end-time ${end} --query-string "fields @timestamp, user.username, impersonatedUser.username, sourceIPs.0, userAgent, verb, requestURI, responseStatus.code | filter ${filter} | sort @timestamp desc | limit 200", then aws logs get-query-results --region REGION --query-id QUERY_ID`;

/** Was it meant? */
export const confirm = (filter: string): string =>
  `Confirm with the owner of USER that it was intended, and read the calls themselves: ${insights(filter)}`;

/** What else the user did. */
export const lookAround = `Look around: npx tripline entity USER, and ${insights("user.username = 'USER'")}`;

/**
 * Ends what a machine joined with, the request kept. One that was approved can't be denied any more, and a certificate that was issued
 * can't be taken back (Kubernetes documentation, "Certificates and Certificate Signing Requests"; "PKI certificates and requirements").
 */
export const endJoin =
  'kubectl -n kube-system delete secret bootstrap-token-TOKEN; kubectl get csr NAME -o yaml > request.yaml; kubectl certificate deny NAME; kubectl delete csr NAME; a certificate that was issued is good until it expires, and makes its node anew: close the endpoint of the API server to ADDRESS, or rotate the certificate authority of the cluster';

/** Ends a person's or pipeline's access without deleting evidence. */
export const removeAccess =
  'Contain the user: on EKS aws eks delete-access-entry --region REGION --cluster-name CLUSTER --principal-arn ARN (or take it out of kube-system/aws-auth; the entry of a node role lets in every node: leave it), elsewhere delete what binds it: kubectl get clusterrolebindings,rolebindings -A -o wide | grep USER; for a service account: kubectl -n USER_NAMESPACE delete rolebinding,clusterrolebinding BINDING; kubectl -n USER_NAMESPACE delete pod USER_POD, which ends its bound token';

/** Takes a node out of service without destroying what it holds; the record knows the node, and its providerID which instance it is. */
export const preserveNode = `Contain, preserving the node (its instance: kubectl get node NODE -o jsonpath='{.spec.providerID}'): kubectl cordon NODE && kubectl annotate node NODE karpenter.sh/do-not-disrupt=true --overwrite; aws ec2 create-snapshots --region INSTANCE_REGION --instance-specification InstanceId=INSTANCE --description evidence; ${quarantine}`;

/** What the object is now, against what it should be. @param kind with `-n NAMESPACE` where it lies in one */
export const compare = (kind: string): string =>
  `Compare the object with the one in Git and put that back: kubectl get ${kind} NAME -o yaml --show-managed-fields | diff - EXPECTED.yaml; kubectl apply -f EXPECTED.yaml`;
