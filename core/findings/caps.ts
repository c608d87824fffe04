/** How many of each a case names; with lines of 512 bytes its item stays far below DynamoDB's 400 KB. */
export const caps = { principals: 50, resources: 100, addresses: 50, regions: 40, notes: 20 } as const;
