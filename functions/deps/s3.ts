import { S3Client } from '@aws-sdk/client-s3';
import { forgetful, lasting } from '../../adapters/lasting.ts';
import { readS3 } from '../../adapters/objects.ts';
import { bucketQuarantine } from '../../adapters/quarantine.ts';
import type { ObjectPointer } from '../../core/read/sqs.ts';
import type { Settings } from '../../core/settings.ts';
import { atHome } from './region.ts';

/** What lies in S3, by one client: loaded by the deps when the first of it is called. */
const client = forgetful(new S3Client({ ...atHome(process.env), ...lasting }), Date.now);

export const quarantine = (bucket: string) => bucketQuarantine(client, { bucket }, Date.now);
export const object = (pointer: ObjectPointer, settings: Settings) => readS3(client, pointer, settings);
