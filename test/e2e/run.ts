import { startEmulator } from './emulator.ts';

/**
 * `npm run e2e`: the real handlers and the real SDK against an emulator of AWS, from an EventBridge-shaped queue batch and a Logs
 * payload to messages received from queues on the topic and the bus. Needs moto's server on the path, or `AWS_ENDPOINT_URL`.
 */
const emulator = await startEmulator();
if (emulator === undefined) {
  console.log(
    "e2e: skipped: there is no emulator of AWS here. Install moto's server (pip install 'moto[server]') or set AWS_ENDPOINT_URL.",
  );
  process.exit(0);
}
console.log(`e2e: against ${emulator.name} at ${emulator.address}`);
const region = process.env['AWS_REGION'] ?? 'eu-west-1';
Object.assign(process.env, {
  AWS_ENDPOINT_URL: emulator.address,
  AWS_REGION: region,
  AWS_ACCESS_KEY_ID: 'test',
  AWS_SECRET_ACCESS_KEY: 'test',
});
try {
  // Imported now: the handlers read their environment when they are loaded.
  const { journey } = await import('./journey.ts');
  await journey(emulator.address, region);
  console.log('e2e: passed');
} catch (error) {
  console.error('e2e: failed:', error);
  process.exitCode = 1;
} finally {
  emulator.stop();
}
process.exit();
