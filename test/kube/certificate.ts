import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** DER (ITU-T X.690), as little of it as a certificate needs. */
const der = (tag: number, ...parts: readonly Uint8Array[]): Buffer => {
  const content = Buffer.concat(parts);
  const { length } = content;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, Math.floor(length / 256), length % 256];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
};
const sequence = (...parts: readonly Uint8Array[]): Buffer => der(0x30, ...parts);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');
const oid = { ecdsaWithSha256: hex('06082a8648ce3d040302'), commonName: hex('0603550403') };
const extension = (id: string, value: Uint8Array): Buffer => sequence(hex(id), der(0x04, value));

/**
 * A self-signed certificate for 127.0.0.1 with a new key, good for a day: authority and server in one (RFC 5280).
 * @param name its common name
 */
export const selfSigned = (name: string): { readonly key: string; readonly cert: string } => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const time = (at: number): Buffer =>
    der(
      0x17,
      Buffer.from(
        `${new Date(at)
          .toISOString()
          .replace(/[-:T]|\.\d+/g, '')
          .slice(2)}`,
      ),
    );
  const subject = sequence(der(0x31, sequence(oid.commonName, der(0x0c, Buffer.from(name)))));
  const now = Date.now();
  const body = sequence(
    der(0xa0, hex('020102')),
    der(0x02, Buffer.concat([hex('01'), randomBytes(8)])),
    sequence(oid.ecdsaWithSha256),
    subject,
    sequence(time(now - 3_600_000), time(now + 86_400_000)),
    subject,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(
      0xa3,
      sequence(
        // basicConstraints: an authority; subjectAltName: the address 127.0.0.1
        extension('0603551d13', sequence(hex('0101ff'))),
        extension('0603551d11', sequence(der(0x87, Uint8Array.of(127, 0, 0, 1)))),
      ),
    ),
  );
  const signature = sign('sha256', body, privateKey);
  const whole = sequence(body, sequence(oid.ecdsaWithSha256), der(0x03, hex('00'), signature));
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: `-----BEGIN CERTIFICATE-----\n${whole.toString('base64').replace(/(.{64})/g, '$1\n')}\n-----END CERTIFICATE-----\n`,
  };
};
