import { listed, texts } from '../cloudtrail/said.ts';
import type { StateRule } from '../detection.ts';
import { text } from '../json.ts';

/** Names the item of what is known of an image: `owner` (account id, and an alias such as `amazon`). The inventory fills it. */
export const imageScope = (image: string): string => `image#${image}`;

/** How long what is read but never written may be kept: there is nothing to keep. */
const hour = 3_600_000;

/** Where owners are approved: what follows from the owner that the inventory found. An image's owner never changes. */
export const recallOwner: StateRule<'cloudtrail'> = {
  kind: 'recall-owner',
  doc: 'Where owners are approved, recalls the owner that the inventory found: nothing for an approved one, high for another, medium where it is not known.',
  observe: ({ event }, { image = '' }) => [{ scope: imageScope(image), expires: event.time + hour }],
  decide: (view, { image = '' }, [answer]) => {
    const own = { eventId: view.event.id, time: view.event.time };
    const open = listed(view, 'launch.images').some(
      one => text(one, 'id') === image && text(one, 'approval') === 'owner-unknown',
    );
    const owners = answer?.item['owner'] ?? [];
    if (!open || owners.length === 0) return [own];
    if (owners.some(owner => texts(view, 'launch.approved-owners').includes(owner))) return [];
    return [{ ...own, severity: 'high', note: `its owner is ${owners.join(', ')}` }];
  },
};
