import type { Finding } from '../finding.ts';
import { namedBy } from '../findings/entity.ts';

/** Who and what a finding is about, as its announcements list them. */
export type Named = Pick<Finding, 'principals' | 'resources' | 'addresses'>;

/**
 * The lists of a finding with what its key alone names: a detection does not say again what its key says, and whoever looks for
 * an instance or a role in these lists would miss it. Resources lead with those of the key, which the finding is about;
 * principals and addresses lead with the event's own. A range is left out: an address of it is there.
 */
export const namedIn = ({ key, principals, resources, addresses }: Named & Pick<Finding, 'key'>): Named => {
  const said = new Set([...principals, ...resources, ...addresses]);
  const unsaid = namedBy(key).filter(([, name]) => !said.has(name));
  const of = (kind: (typeof unsaid)[number][0]): readonly string[] => [
    ...new Set(unsaid.filter(([one]) => one === kind).map(([, name]) => name)),
  ];
  return {
    principals: [...principals, ...of('principal')],
    resources: [...of('resource'), ...resources],
    addresses: [...addresses, ...of('address').filter(name => !name.includes('/'))],
  };
};
