export declare const trimmed: (source: string, isJudging: boolean) => string;
