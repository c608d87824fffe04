import { kubernetes } from '../../core/detection.ts';
import type { JsonObject } from '../../core/json.ts';
import { audit, users } from '../../core/kubernetes/example.ts';
import { byUserAndObject, texts } from '../../core/kubernetes/said.ts';
import { confirm, lookAround, removeAccess } from '../../core/kubernetes/steps.ts';

const ref = { objectRef: { namespace: 'team-a', name: 'tool' } };
const service = (spec: JsonObject, over = {}) =>
  audit('create', 'services', {
    ...ref,
    requestObject: { kind: 'Service', metadata: { name: 'tool' }, spec },
    ...over,
  });
const metadata = { externalIPs: ['fd00:ec2::254'], ports: [{ port: 80 }] };
const ingress = (ip: string, over = {}) =>
  audit('patch', 'services/status', {
    ...ref,
    requestObject: { status: { loadBalancer: { ingress: [{ ip }] } } },
    ...over,
  });

export const detection = kubernetes({
  id: 'kubernetes/foreign-address-taken',
  title: '{principal} had a Service answer for addresses of others: {object}',
  severity: 'high',
  when: {
    fact: { 'call.outcome': 'succeeded' },
    $or: [
      { fact: { 'service.takes': [{ exists: true }], 'principal.standing': ['person', 'mixed'] } },
      // Load balancers’ controllers write addresses of theirs into the status of Services, of which none is link-local.
      {
        objectRef: { subresource: { exists: false } },
        fact: { 'service.takes': [{ exists: true }], 'principal.standing': 'service-account' },
      },
      {
        fact: {
          'service.takes': [{ cidr: '169.254.0.0/16' }, { cidr: 'fd00:ec2::/32' }],
          'principal.standing': 'service-account',
        },
      },
    ],
  },
  by: byUserAndObject,
  resources: view => texts(view, 'service.takes'),
  attack: ['T1557', 'T1552.005'],
  why: 'kube-proxy hands what goes to an external address of a Service to its pods, on every node and for the node’s own programs. With the address of instance metadata a team’s pod answers the kubelet, and every pod, in the place of EC2; with a node’s or the API server’s it sits between them. As an external IP the API server takes only IPv6’s of these addresses, as a load balancer’s any.',
  references: [
    'Kubernetes documentation, Service ("External IPs") and the DenyServiceExternalIPs admission controller',
    'CVE-2020-8554 (kubernetes/kubernetes issue 97076)',
    'kubernetes/kubernetes, pkg/apis/core/validation (ValidateNonSpecialIP: no link-local address among external IPs)',
    'EC2 User Guide, "Access instance metadata for an EC2 instance"',
  ],
  runbook: [
    confirm("objectRef.resource = 'services' and objectRef.namespace = 'NAMESPACE' and objectRef.name = 'NAME'"),
    'Take it away: kubectl -n NAMESPACE delete service NAME, once kubectl -n NAMESPACE get service,endpoints NAME -o yaml is kept',
    'See what answered meanwhile: kubectl -n NAMESPACE get pods -o wide; keep their nodes, and replace what may have signed in through them',
    removeAccess,
    lookAround,
  ],
  blind: [
    'Addresses outside of the clusters’ VPC ranges and the link-local ones are not judged: whose they are, nothing says.',
    'An agent on the node that takes the address by itself (kube2iam and the like) is host access, and seen as such.',
    'A policy engine, or Cilium in kube-proxy’s place, may keep a Service from it: the record does not say.',
  ],
  examples: {
    matches: [
      { name: 'a developer takes the address of instance metadata', event: service(metadata) },
      { name: 'a workload does', event: service(metadata, { user: users.workload }) },
      {
        name: 'a workload takes a node’s address',
        event: service({ externalIPs: ['10.0.12.34'] }, { user: users.workload }),
      },
      { name: 'a node’s address', event: service({ externalIPs: ['10.0.12.34'] }) },
      {
        name: 'by JSON Patch',
        event: audit('patch', 'services', {
          ...ref,
          requestObject: [{ op: 'add', path: '/spec/externalIPs', value: ['fd00:ec2::254'] }],
        }),
      },
      { name: 'as that of a load balancer', event: ingress('169.254.170.23') },
      { name: 'the same, by a workload', event: ingress('169.254.170.23', { user: users.workload }) },
      { name: 'by IPv6, in capitals', event: ingress('FD00:EC2::23', { user: users.workload }) },
      { name: 'a node’s, by a person', event: ingress('10.0.12.34') },
    ],
    misses: [
      { name: 'the platform', event: service(metadata, { user: users.platform }) },
      { name: 'an address of the company’s', event: service({ externalIPs: ['198.51.100.7'] }) },
      { name: 'a workload makes one of its own', event: service({ ports: [{ port: 80 }] }, { user: users.workload }) },
      { name: 'none', event: service({ ports: [{ port: 80 }] }) },
      { name: 'no address at all', event: service({ externalIPs: ['example.com', 7] }) },
      { name: 'it is refused', event: service(metadata, { responseStatus: { code: 403 } }) },
      {
        name: 'a link-local one as external IP, which no API server takes',
        event: service({ externalIPs: ['169.254.169.254'] }, { responseStatus: { code: 422 } }),
      },
      { name: 'a controller of load balancers says its own', event: ingress('10.0.12.34', { user: users.workload }) },
      { name: 'a load balancer of AWS’s', event: ingress('203.0.113.80') },
      {
        name: 'a Knative service',
        event: audit('create', 'services.serving.knative.dev', { ...ref, requestObject: { spec: metadata } }),
      },
      {
        name: 'its pods are asked',
        event: audit('get', 'services/proxy', { ...ref, requestObject: { spec: metadata } }),
      },
    ],
  },
});
