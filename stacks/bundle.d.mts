import type { Plugin } from 'esbuild';

export declare const trimmed: (source: string, isJudging: boolean) => string;

declare const plugins: readonly Plugin[];
export default plugins;
