export declare const changed: readonly string[];
export declare const ofLambda: (path: string, read: () => Promise<string>) => Promise<string | undefined>;
