import { defineConfig } from '../../core/config.ts';
import { exampleSettings } from '../../core/example-settings.ts';
import { costOfMillion, formula } from '../price.ts';
import { type Requests, requests } from '../requests.ts';
import type { Table } from './table.ts';

/**
 * What events of the seeded day ask of DynamoDB, under the example's settings and without any, and what a million of them cost.
 * @param secondsAnEvent of processor, as the payloads' table has it @param say hears how far it is
 */
export const requestsTables = async (
  secondsAnEvent: number,
  say: (line: string) => void,
): Promise<readonly Table[]> => {
  const most = 8_000;
  const [settled, bare] = [
    await requests(most, exampleSettings, say),
    await requests(most, defineConfig({}), line => say(`without settings, ${line}`)),
  ];
  return [
    askedTable(settled, "the example's settings"),
    askedTable(bare, 'no settings'),
    {
      title: `dollars per million events: ${formula}`,
      rows: [
        ...paidRows(settled, secondsAnEvent, "the example's settings"),
        ...paidRows(bare, secondsAnEvent, 'no settings'),
      ],
    },
  ];
};

const askedTable = ({ events, invocations, operations }: Requests, under: string): Table => {
  const per1000 = 1_000 / events;
  const all = Object.values(operations);
  const figures = (requests: number, items: number) => ({
    requests: requests * per1000,
    'items named': items * per1000,
  });
  return {
    title: `DynamoDB requests per 1,000 events of the seeded day, ${under} (first ${events.toLocaleString('en-US')}, ${invocations} invocations)`,
    rows: [
      ...Object.entries(operations).map(([what, { requests, items }]) => ({ what, figures: figures(requests, items) })),
      {
        what: 'all',
        figures: figures(
          all.reduce((total, { requests }) => total + requests, 0),
          all.reduce((total, { items }) => total + items, 0),
        ),
      },
    ],
  };
};

const isRead = (name: string): boolean => /^(?:Get|BatchGet|Query)/.test(name);

const paidRows = ({ events, invocations, operations }: Requests, seconds: number, under: string): Table['rows'] => {
  const items = (wanted: (name: string) => boolean): number =>
    Object.entries(operations).reduce((total, [name, { items }]) => total + (wanted(name) ? items : 0), 0) / events;
  const cost = costOfMillion({
    seconds,
    invocations: invocations / events,
    writes: items(name => !isRead(name)),
    reads: items(isRead),
  });
  return Object.entries(cost).map(([what, dollars]) => ({ what: `${what}, ${under}`, figures: { dollars } }));
};
