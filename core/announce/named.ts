import type { Finding } from '../finding.ts';
import { type EntityKind, namedBy } from '../findings/entity.ts';

/** Who and what a finding is about, as its announcements list them. */
export type Named = Pick<Finding, 'principals' | 'resources' | 'addresses'>;

/**
 * The lists of a finding with what its key alone names: a detection does not say again what its key says, and whoever looks for
 * an instance or a role in these lists would miss it. Resources lead with those of the key, which the finding is about, also where
 * one acts itself; principals and addresses lead with the event's own, and whoever was given something is no actor for it. A range
 * is left out: an address of it is there.
 */
export const namedIn = ({ key, principals, resources, addresses }: Named & Pick<Finding, 'key'>): Named => {
  /** Of that kind, and in none of these lists. */
  const unsaid = (kind: EntityKind, ...said: readonly (readonly string[])[]): readonly string[] => [
    ...new Set(
      namedBy(key).flatMap(([one, name]) => (one === kind && !said.some(names => names.includes(name)) ? name : [])),
    ),
  ];
  return {
    principals: [...principals, ...unsaid('principal', principals, resources)],
    resources: [...unsaid('resource', resources), ...resources],
    addresses: [...addresses, ...unsaid('address', addresses).filter(name => !name.includes('/'))],
  };
};
