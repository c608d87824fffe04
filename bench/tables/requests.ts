import { costOfMillion, formula } from '../price.ts';
import { requests } from '../requests.ts';
import type { Table } from './table.ts';

/**
 * What events of the seeded day ask of DynamoDB, and what a million of them cost.
 * @param secondsAnEvent of processor, as the payloads' table has it @param say hears how far it is
 */
export const requestsTables = async (
  secondsAnEvent: number,
  say: (line: string) => void,
): Promise<readonly Table[]> => {
  const { events, invocations, operations } = await requests(8_000, say);
  const per1000 = 1_000 / events;
  const isRead = (name: string): boolean => /^(?:Get|BatchGet|Query)/.test(name);
  const sum = (wanted: (name: string) => boolean): number =>
    Object.entries(operations).reduce((total, [name, { items }]) => total + (wanted(name) ? items : 0), 0);
  const asked: Table = {
    title: `DynamoDB requests per 1,000 events of the seeded day (first ${events.toLocaleString('en-US')}, ${invocations} invocations)`,
    rows: [
      ...Object.entries(operations).map(([what, { requests, items }]) => ({
        what,
        figures: { requests: requests * per1000, 'items named': items * per1000 },
      })),
      {
        what: 'all',
        figures: {
          requests: Object.values(operations).reduce((total, one) => total + one.requests, 0) * per1000,
          'items named': sum(() => true) * per1000,
        },
      },
    ],
  };
  const cost = costOfMillion({
    seconds: secondsAnEvent,
    invocations: invocations / events,
    writes: sum(name => !isRead(name)) / events,
    reads: sum(isRead) / events,
  });
  const paid: Table = {
    title: `dollars per million events: ${formula}`,
    rows: Object.entries(cost).map(([what, dollars]) => ({ what, figures: { dollars } })),
  };
  return [asked, paid];
};
