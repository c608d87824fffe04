import { isObject, type Json, type JsonObject } from '../json.ts';
import { dig, get, items, itemsOf, scalar, type Tag, word } from './ec2.ts';
import { type Part, part, says } from './launch-part.ts';

/** Launches and reservations that other services, or other calls of EC2, ask for in words of their own. */

/** The EKS cluster whose nodes another service launches, by the ARN in its request. */
export const orchestratorOf = (request: JsonObject): string | undefined => {
  const arn = word(request, 'orchestrator', 'eks', 'clusterArn') ?? word(request, 'eksConfiguration', 'eksClusterArn');
  return arn?.slice(arn.lastIndexOf('/') + 1);
};

/** Batch says tags as members of an object. */
export const tagsOfBatch = (request: JsonObject): readonly Tag[] => {
  const tags = dig(request, 'computeResources', 'tags');
  return isObject(tags) ? Object.entries(tags).map(([key, value]) => ({ key, value: scalar(value) ?? '' })) : [];
};

/** What Batch launches (Batch API Reference, ComputeResource; a recorded call in its User Guide). `optimal` and the like name no type. */
export const requestedByBatch = (resources: Json): readonly Part[] => {
  const types = items(get(resources, 'instanceTypes')).flatMap(type => scalar(type) ?? []);
  const images = itemsOf(resources, 'ec2Configuration').map(one => word(one, 'imageIdOverride'));
  return [
    part('request', {
      imageId: word(resources, 'imageId'),
      keyName: word(resources, 'ec2KeyPair'),
      iamInstanceProfile: word(resources, 'instanceRole'),
    }),
    ...images.map(imageId => part('request', { imageId })),
    ...types
      .filter(type => type !== 'optimal' && !type.startsWith('default_'))
      .map(type => ({ ...part('request', {}), type })),
  ].filter(says);
};

/**
 * What HyperPod launches: EC2's types under SageMaker's prefix, one for a group or several to choose from (SageMaker API Reference,
 * ClusterInstanceGroupSpecification, ClusterInstanceRequirements, AddClusterNodeSpecification).
 */
export const requestedByHyperPod = (request: JsonObject): readonly Part[] =>
  ['instanceGroups', 'restrictedInstanceGroups', 'nodesToAdd']
    .flatMap(list => itemsOf(request, list))
    .flatMap(group => {
      const types = [
        word(group, 'instanceType'),
        ...itemsOf(get(group, 'instanceRequirements') ?? {}, 'instanceTypes').map(scalar),
        ...itemsOf(group, 'instanceTypes').map(scalar),
      ].filter(type => type !== undefined);
      return (types.length === 0 ? [undefined] : types).map(type => ({
        ...part('request', { imageId: word(group, 'imageId') }),
        type: type?.replace(/^ml\./, ''),
      }));
    });

/** Hosts are asked for by type or by family; a fleet of reservations, by several types. */
export const reserved = (request: JsonObject): readonly Part[] =>
  [
    request,
    ...itemsOf(request, 'InstanceTypeSpecification', 'InstanceTypeSpecifications', 'instanceTypeSpecificationSet'),
  ]
    .map(one => ({ ...part('request', {}), type: word(one, 'instanceType') ?? word(one, 'instanceFamily') }))
    .filter(one => one.type !== undefined);
