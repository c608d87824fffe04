import type { Event } from '../event.ts';
import { isObject, type Json, type JsonObject } from '../json.ts';
import { call, developer, overlay } from './example.ts';
import type { UserIdentity } from './record.ts';

/** What an EC2 example states over the ordinary call: parts of request and response are merged in, `undefined` removes. */
export interface Over {
  readonly by?: UserIdentity;
  readonly request?: JsonObject;
  readonly response?: JsonObject | null;
  /** Other members of the record: `errorCode`, `awsRegion`, `eventTime`, … A call that failed has no response. */
  readonly record?: JsonObject;
}

/**
 * A call of EC2's whose ordinary request and response are given. What failed has no response.
 * @param wrapped whether they stand in `<Api>Request` and `<Api>Response`
 */
export const made = (api: string, request: JsonObject, response: JsonObject | null, over: Over, wrapped: boolean) => {
  const body = overlay(request, over.request ?? {});
  const failed = over.record?.['errorCode'] !== undefined;
  const answer = failed || over.response === null || response === null ? null : overlay(response, over.response ?? {});
  const wrap = (value: JsonObject | null, suffix: string) =>
    wrapped && value !== null ? { [`${api}${suffix}`]: value } : value;
  return call('ec2', api, {
    userIdentity: over.by ?? developer,
    requestParameters: wrap(body, 'Request'),
    responseElements: wrap(answer, 'Response'),
    ...over.record,
  });
};

/** An older EC2 API's call: lower camel, lists as `…Set.items`. */
export const ec2 = (
  api: string,
  request: JsonObject,
  over: Over = {},
  response: JsonObject | null = null,
): Event<'cloudtrail'> =>
  made(api, request, response ?? { requestId: '11111111-2222-3333-4444-555555555555', _return: true }, over, false);

/** A newer EC2 API's call: `<Api>Request` and `<Api>Response`. */
export const wrappedEc2 = (
  api: string,
  request: JsonObject,
  over: Over = {},
  response: JsonObject | null = null,
): Event<'cloudtrail'> =>
  made(api, request, response ?? { xmlns: 'http://ec2.amazonaws.com/doc/2016-11-15/', return: true }, over, true);

/** What EKS Auto Mode tags nodes with (EKS User Guide, AmazonEKSComputePolicy). */
export const autoModeTags = {
  'eks:eks-cluster-name': 'prod',
  'eks:kubernetes-node-class-name': 'default',
  'eks:kubernetes-node-pool-name': 'general-purpose',
} as const;

/** Tags as an older API's request and response hold them. */
export const tagList = (tags: { readonly [key: string]: string }): readonly JsonObject[] =>
  Object.entries(tags).map(([key, value]) => ({ key, value }));

/** Tags as a newer API's request holds them: one element stands alone. */
export const wrappedTags = (tags: { readonly [key: string]: string }): Json => {
  const all = Object.entries(tags).map(([Key, Value], index) => ({ tag: index + 1, Key, Value }));
  return all.length === 1 && all[0] !== undefined ? all[0] : all;
};

/** What Karpenter 1.x writes on what it launches. */
export const karpenterTags = {
  'karpenter.sh/nodepool': 'default',
  'karpenter.k8s.aws/ec2nodeclass': 'default',
  'eks:eks-cluster-name': 'prod',
  'kubernetes.io/cluster/prod': 'owned',
} as const;

/** What the Cluster API provider writes on what it launches. */
export const clusterApiTags = {
  'sigs.k8s.io/cluster-api-provider-aws/cluster/fleet': 'owned',
  'sigs.k8s.io/cluster-api-provider-aws/role': 'node',
  'kubernetes.io/cluster/fleet': 'owned',
  Name: 'fleet-md-0-abcde',
} as const;

/** CreateTags or DeleteTags. A tag whose value is null is named without one, as DeleteTags may. */
export const writeTags = (
  api: 'CreateTags' | 'DeleteTags',
  resources: readonly string[],
  tags: { readonly [key: string]: string | null },
  over: Over = {},
): Event<'cloudtrail'> =>
  ec2(
    api,
    {
      resourcesSet: { items: resources.map(resourceId => ({ resourceId })) },
      tagSet: {
        items: Object.entries(tags).map(([key, value]) =>
          isObject(value) || value === null ? { key } : { key, value },
        ),
      },
    },
    over,
  );
