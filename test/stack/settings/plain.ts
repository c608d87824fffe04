import { defineConfig } from '../../../core/config.ts';

/** What somebody has who deploys without saying more than where. */
export default defineConfig({ home: 'eu-west-1' });
