// Steps that several rehearsals share: lines of bash.

/** Nothing is undone. */
export const nothing: readonly string[] = [];

/** Of whom the steps are expected. */
export const notNamed = 'As a principal that the settings name neither as controller nor as platform nor as GitOps.';

/** Launches one small instance of the tests' own, and keeps its id in LAUNCHED. */
export const launch = (options: string): string =>
  `LAUNCHED=$(aws ec2 run-instances --region "$REGION" --image-id "$IMAGE" --instance-type t3.nano --subnet-id "$SUBNET" --tag-specifications 'ResourceType=instance,Tags=[{Key=tripline-rehearsal,Value=true},{Key=kubernetes.io/cluster/rehearsal,Value=owned}]' ${options} --query 'Instances[0].InstanceId' --output text)`;

/** Ends what {@link launch} began. */
export const terminate = 'aws ec2 terminate-instances --region "$REGION" --instance-ids "$LAUNCHED"';

/** Makes a launch template. */
export const template = (name: string, data: string): string =>
  `aws ec2 create-launch-template --region "$REGION" --launch-template-name ${name} --launch-template-data '${data}'`;

/** Deletes a launch template. */
export const untemplate = (name: string): string =>
  `aws ec2 delete-launch-template --region "$REGION" --launch-template-name ${name}`;

/** Keeps credentials of the controller's role in CREDENTIALS. */
export const asController = (session = 'rehearsal'): string =>
  `CREDENTIALS=$(aws sts assume-role --role-arn "arn:aws:iam::$ACCOUNT:role/$CONTROLLER_ROLE" --role-session-name ${session} --query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text)`;

/** Before a command: it runs under CREDENTIALS. */
export const withThem =
  'env AWS_ACCESS_KEY_ID="$(cut -f1 <<< "$CREDENTIALS")" AWS_SECRET_ACCESS_KEY="$(cut -f2 <<< "$CREDENTIALS")" AWS_SESSION_TOKEN="$(cut -f3 <<< "$CREDENTIALS")"';

/** Runs a command on the node INSTANCE. */
export const onNode = (command: string): string =>
  `aws ssm send-command --region "$REGION" --instance-ids "$INSTANCE" --document-name AWS-RunShellScript --parameters 'commands=["${command}"]'`;

/** Makes a namespace of the tests' own. */
export const ns = 'kubectl create namespace tripline-rehearsal';

/** Deletes that namespace. */
export const gone = 'kubectl delete namespace tripline-rehearsal';

/** Writes an object to the cluster. */
export const apply = (manifest: object): string => `kubectl apply -f - <<< '${JSON.stringify(manifest)}'`;
