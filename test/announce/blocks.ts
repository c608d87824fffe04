import fc from 'fast-check';
import type { Block, slackMessage } from '../../core/announce/slack.ts';
import { hostile } from './hostile.ts';

/** The texts of a block. */
export const texts = (block: Block): readonly { type: string; text: string; verbatim?: true }[] => {
  if (block.type === 'context') return block.elements;
  if (block.type === 'actions') return [];
  return 'fields' in block ? block.fields : [block.text];
};

/** The blocks of a message, its attachment's too. */
export const blocksOf = (shown: ReturnType<typeof slackMessage>) => [...shown.blocks, ...shown.attachments[0].blocks];

/** Any text, hostile ones often. */
export const anything = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...hostile), fc.constant(''));
