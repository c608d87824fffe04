import { describe, expect, it, test } from 'vitest';
import { redactLine } from '../../core/redact.ts';

/** What is cut out of a text, to the character: the secret goes, what tells the story stays. */

const base64 = (text: string): string => Buffer.from(text).toString('base64');
const hex = (text: string): string => Buffer.from(text).toString('hex');
const wide = (text: string): string => Buffer.from(text, 'utf16le').toString('base64');
const key = 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY';
const id = 'AKIAEXAMPLEKEY000001';
const body = 'MIIEpAIBAAKCAQEA';
const pem = (kind: string): string => `-----BEGIN ${kind}-----\n${body}\n-----END ${kind}-----`;

const rows: readonly (readonly [string, string])[] = [
  // PEM
  [`a ${pem('RSA PRIVATE KEY')} b`, 'a [redacted: private key] b'],
  [`${pem('PRIVATE KEY')}${pem('EC PRIVATE KEY')}!`, '[redacted: private key][redacted: private key]!'],
  [`${pem('CERTIFICATE')}\n${pem('PRIVATE KEY')}\nx`, `${pem('CERTIFICATE')}\n[redacted: private key]\nx`],
  [`a -----BEGIN PRIVATE KEY-----\n${body}`, 'a [redacted: private key]'],
  [`a -----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIV`, 'a [redacted: private key]'],
  [
    `-----BEGIN PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\n${body}\n-----END PRIVATE KEY-----x`,
    '[redacted: private key]x',
  ],
  // Right behind a percent-encoded character
  [`run%20${base64('password=correct-horse-battery')}`, 'run%20[redacted: encoded secret]'],
  [`%3A${base64('password=correct-horse-battery')}%0A`, '%3A[redacted: encoded secret]%0A'],
  // Of the length of an id or a time, and nearly one
  ['00000000-0000-0000-0000-0a1b2c3d4e5f', '00000000-0000-0000-0000-0a1b2c3d4e5f'],
  ['2026-09-01T10:00:00.123456789Z', '2026-09-01T10:00:00.123456789Z'],
  ['token=ab-1234-1234-1234-123456789012', 'token=[redacted: token]'],
  ['12345678-1234-1234-1234-token=abcdef', '12345678-1234-1234-1234-token=[redacted: 12345678-1234-1234-1234-token]'],
  ['2026-09-01T10:00:00Z token=abc', '2026-09-01T10:00:00Z token=[redacted: token]'],
  ['token=abc 2026-09-01T10:00:00Z', 'token=[redacted: token] 2026-09-01T10:00:00Z'],
  ['2026-09-01T10:00:00.token=abcZ', '2026-09-01T10:00:00.token=[redacted: 00.token]'],
  ['token=1234-09-01T10:00:00Z', 'token=[redacted: token]'],
  ['sig=wxyz-1234-1234-1234-123456789012', 'sig=[redacted: sig]'],
  ['12345678-sig=-1234-1234-123456789012', '12345678-sig=[redacted: 12345678-sig]'],
  ['12345678-1234-sig=-1234-123456789012', '12345678-1234-sig=[redacted: 12345678-1234-sig]'],
  ['12345678-1234-1234-sig=-123456789012', '12345678-1234-1234-sig=[redacted: 12345678-1234-1234-sig]'],
  ['12345678-1234-1234-1234-sig=klmnopqr', '12345678-1234-1234-1234-sig=[redacted: 12345678-1234-1234-1234-sig]'],
  ['sig=-09-01T10:00:00Z', 'sig=[redacted: sig]'],
  // What begins like a marker hides nothing behind it
  ['[redacted: x] password=hunter2', '[redacted: x] password=[redacted: password]'],
  ['password=[redacted: x]hunter2 y', 'password=[redacted: password] y'],
  ['password="[redacted: x] hunter2"', 'password="[redacted: password]"'],
  ['password="[redacted: x]" Authorization: [redacted: y]', 'password="[redacted: x]" Authorization: [redacted: y]'],
  ['password=[redacted: x][redacted: y] z', 'password=[redacted: x][redacted: y] z'],
  ['password=[redacted: hunter2', 'password=[redacted: password] hunter2'],
  ['password=[redacted: x]&a=b', 'password=[redacted: x]&a=b'],
  ['HIDDEN_DUE_TO_SECURITY_REASONS password=hunter2', 'HIDDEN_DUE_TO_SECURITY_REASONS password=[redacted: password]'],
  // The words of a command that is run in a container
  [
    '/exec?command=psql&command=--password&command=hunter2&stdout=true',
    '/exec?command=psql&command=--password&command=[redacted: password]&stdout=true',
  ],
  ['/exec?command=ls&command=--all&command=hunter2', '/exec?command=ls&command=--all&command=hunter2'],
  // Other encodings
  [`powershell -enc ${wide("$p='password=hunter2'")}`, 'powershell -enc [redacted: encoded secret]'],
  [`powershell -enc ${wide("Write-Output 'hello you'")}`, `powershell -enc ${wide("Write-Output 'hello you'")}`],
  [`echo ${hex('password=hunter2')} | xxd -r -p`, 'echo [redacted: encoded secret] | xxd -r -p'],
  [`echo ${hex('nothing of worth')} | xxd -r -p`, `echo ${hex('nothing of worth')} | xxd -r -p`],
  // Tokens whose prefix is a word, too
  [`a ${'ABSK'}QmVkcm9ja0FQSUtleS1hYmNk b`, 'a [redacted: token] b'],
  ['hvs.CAESIJ1PZ0ZtqBYV5RBGm4n3', '[redacted: token]'],
  ['npm_A1b2C3d4E5f6G7h8I9j0K1l2', '[redacted: token]'],
  ['npm_config_user_agent_of_all', 'npm_config_user_agent_of_all'],
  ['shelf_2024_and_more_of_that', 'shelf_2024_and_more_of_that'],
  ['hf_2024', 'hf_2024'],
  [`${'hf_'}AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh`, '[redacted: token]'],
  [`hf_models_of_ours_${'hf_'}AbCdEfGhIjKlMnOpQrStUvWxYzAbCdEfGh`, 'hf_models_of_ours_[redacted: token]'],
  [`${'pul-'}0123456789abcdef0123456789abcdef01234567`, '[redacted: token]'],
  // What only begins like a key's name
  ['ENCRYPTION_KEY=hunter2', 'ENCRYPTION_KEY=[redacted: encryption_key]'],
  ['ENCRYPTION_KEY=alias/x=hunter2', 'ENCRYPTION_KEY=[redacted: encryption_key]'],
  // Short names
  ['MYSQL_PWD=hunter2 PWD=/root OLDPWD=/', 'MYSQL_PWD=[redacted: mysql_pwd] PWD=/root OLDPWD=/'],
  ['pass=hunter2 bypass=yes compass=north', 'pass=[redacted: pass] bypass=yes compass=north'],
  ['SECRET_KEY_BASE=hunter2', 'SECRET_KEY_BASE=[redacted: secret_key_base]'],
  // name=value
  ['password=hunter2 x', 'password=[redacted: password] x'],
  ['password = hunter2', 'password = [redacted: password]'],
  ['password: hunter2, b', 'password: [redacted: password], b'],
  ['password\t:\thunter2', 'password\t:\t[redacted: password]'],
  ['"password": "a b, c" d', '"password": "[redacted: password]" d'],
  ["'password':'a b' d", "'password':'[redacted: password]' d"],
  ['`password`=`hunter2` d', '`password`=`[redacted: password]` d'],
  ['{\\"password\\":\\"a b\\"} d', '{\\"password\\":\\"[redacted: password]\\"} d'],
  ['password="a b\nc', 'password="[redacted: password]\nc'],
  ['password="a b', 'password="[redacted: password]'],
  ['token=abc&password=def&x=1', 'token=[redacted: token]&password=[redacted: password]&x=1'],
  ['a%26token%3Dhunter2%26x%3D1', 'a%26token%3D[redacted: token]%26x%3D1'],
  ['a%26token%3dhunter2 x', 'a%26token%3d[redacted: token] x'],
  ['a b.C-d_9Password=hunter2', 'a b.C-d_9Password=[redacted: b.c-d_9password]'],
  [`${'x'.repeat(100)}password=hunter2`, `${'x'.repeat(100)}password=[redacted: ${'x'.repeat(56)}password]`],
  ['Authorization: Custom a b\r\nHost: x', 'Authorization: [redacted: authorization]\r\nHost: x'],
  ['Proxy-Authorization: a "b"', 'Proxy-Authorization: [redacted: proxy-authorization]"b"'],
  ["x-authorization: a b'c", "x-authorization: [redacted: x-authorization]'c"],
  ['Cookie: a=b; c=d\nX: y', 'Cookie: [redacted: cookie]\nX: y'],
  ['Set-Cookie: a=b; c', 'Set-Cookie: [redacted: set-cookie]'],
  [
    `password${' '.repeat(20)}=${' '.repeat(20)}hunter2`,
    `password${' '.repeat(20)}=${' '.repeat(20)}[redacted: password]`,
  ],
  [`"password"\t    :\t\t        "a b" c`, `"password"\t    :\t\t        "[redacted: password]" c`],
  ['pwd=password=x', 'pwd=password=[redacted: password]'],
  ['apikey=a', 'apikey=[redacted: apikey]'],
  ['sig=abcd', 'sig=[redacted: sig]'],
  ['sig=abc', 'sig=abc'],
  [' = hunter2', ' = hunter2'],
  ['=hunter2=', '=hunter2='],
  ['token=a token=b', 'token=[redacted: token] token=[redacted: token]'],
  ['password=a=b:c d', 'password=[redacted: password] d'],
  ['token: password: a', 'token: [redacted: token] a'],
  ['password="a token=b c" d', 'password="[redacted: password]" d'],
  ['Authorization: a token=b', 'Authorization: [redacted: authorization]'],
  ['Authorization: a\rb token=c', 'Authorization: [redacted: authorization]\rb token=[redacted: token]'],
  ['password="a\\"b" c', 'password="[redacted: password]\\"b" c'],
  ['password=<sensitiveDataRemoved>', 'password=<sensitiveDataRemoved>'],
  ['password="<sensitiveDataRemoved>', 'password="<sensitiveDataRemoved>'],
  ['token!3Dhunter2', 'token!3Dhunter2'],
  ['token%3X=hunter2', 'token%3X=hunter2'],
  ['token%2Dhunter2', 'token%2Dhunter2'],
  ['a%20token=hunter2', 'a%20token=[redacted: token]'],
  ['the password= ', 'the password= '],
  ['the password=&x=1', 'the password=&x=1'],
  ['the password=', 'the password='],
  ['password=[redacted: password] x', 'password=[redacted: password] x'],
  ['password=HIDDEN_DUE_TO_SECURITY_REASONS', 'password=HIDDEN_DUE_TO_SECURITY_REASONS'],
  ['passwords=hunter2', 'passwords=hunter2'],
  ['see =x and :y', 'see =x and :y'],
  // flags
  ['login --password hunter2 now', 'login --password [redacted: password] now'],
  ['login --password   "hunter2" now', 'login --password   "[redacted: password]" now'],
  ['--token\thunter2 --secret-key x9 b', '--token\t[redacted: token] --secret-key [redacted: secret-key] b'],
  [`a --password${' '.repeat(20)}hunter2`, `a --password${' '.repeat(20)}[redacted: password]`],
  ['a --password hunter2', 'a --password [redacted: password]'],
  ['a --password x--token y', 'a --password [redacted: password] y'],
  [`a --${'x-'.repeat(28)}password hunter2`, `a --${'x-'.repeat(28)}password [redacted: ${'x-'.repeat(28)}password]`],
  ['a --password "--token hunter2', 'a --password "--token [redacted: token]'],
  ['a --password --verbose', 'a --password --verbose'],
  ['a --password ', 'a --password '],
  ['a --password', 'a --password'],
  ['a --user bob --passwordless x', 'a --user bob --passwordless x'],
  ['a --password [redacted: password] b', 'a --password [redacted: password] b'],
  // addresses
  ['postgres://admin:hunter2@db/x y', 'postgres://admin:[redacted: password]@db/x y'],
  ['x://a:b:c@d z://:e@f', 'x://a:[redacted: password]@d z://:[redacted: password]@f'],
  [`x://a:${'b'.repeat(500)}@c`, 'x://a:[redacted: password]@c'],
  ['x://a:b@c:d@e', 'x://a:[redacted: password]@c:d@e'],
  ['x://a:b@c x://d:e@f', 'x://a:[redacted: password]@c x://d:[redacted: password]@f'],
  ['x://a:b', 'x://a:b'],
  ['://a:b@c and', '://a:[redacted: password]@c and'],
  [`${'x '.repeat(150)}x://a:b@c`, `${'x '.repeat(150)}x://a:[redacted: password]@c`],
  ['x://a:HIDDEN_DUE_TO_SECURITY_REASONS@d', 'x://a:HIDDEN_DUE_TO_SECURITY_REASONS@d'],
  ['https://example.com:8443/x@y', 'https://example.com:8443/x@y'],
  ['https://bob@example.com', 'https://bob@example.com'],
  ['https://a:b c@d', 'https://a:b c@d'],
  ['https://a:[redacted: password]@d', 'https://a:[redacted: password]@d'],
  // webhooks
  ...['hooks.slack.com', 'hooks.slack-gov.com'].flatMap((host): readonly (readonly [string, string])[] => [
    [
      `see https://${host}/services/T0123456/B0123456/abcdefghijklmnop now`,
      `see https://${host}/[redacted: webhook] now`,
    ],
    [
      `{"url":"https:\\/\\/${host}\\/services\\/T0123456\\/B0123456\\/abcdefgh"}`,
      `{"url":"https:\\/\\/${host}/[redacted: webhook]"}`,
    ],
    [`https://${host}/workflows/T01/A01/1234567/abcdef?x=1`, `https://${host}/[redacted: webhook]?x=1`],
    [`https://${host}/services`, `https://${host}/services`],
    [`https://${host}/[redacted: webhook] x`, `https://${host}/[redacted: webhook] x`],
  ]),
  ['https://discord.com/api/webhooks/123456789012/ab_cd-ef', 'https://discord.com/api/webhooks/[redacted: webhook]'],
  ['https://discordapp.com/api/webhooks/123456789012/ab', 'https://discordapp.com/api/webhooks/123456789012/ab'],
  [
    'https://example.com/webhooks/services/T0123456/B0123456',
    'https://example.com/webhooks/services/T0123456/B0123456',
  ],
  // schemes
  ['Bearer abcdefgh x', 'Bearer [redacted: bearer] x'],
  ['BEARER abcdefgh, bearer hgfedcba.', 'BEARER [redacted: bearer], bearer [redacted: bearer]'],
  ['bearer abcdefg x', 'bearer abcdefg x'],
  ['İİİİ Bearer abcdefgh x', 'İİİİ Bearer [redacted: bearer] x'],
  [`${'İ'.repeat(20)} BASIC ${base64('user:pass')}`, `${'İ'.repeat(20)} BASIC [redacted: basic]`],
  [`Basic ${base64('a:bcd')}`, 'Basic [redacted: basic]'],
  [`Basic ${base64('a:b')} and more`, `Basic ${base64('a:b')} and more`],
  [`Bearer abcdefgh Basic ${base64('user:pass')} x`, 'Bearer [redacted: bearer] Basic [redacted: basic] x'],
  ...['a:\u0001bcd', 'a:\u007fbcd', 'a:\u001fbcd'].map((text): readonly [string, string] => [
    `Basic ${base64(text)} x`,
    `Basic ${base64(text)} x`,
  ]),
  ...['a:~bcd', 'a: bcd', 'a:\tbcd'].map((text): readonly [string, string] => [
    `Basic ${base64(text)} x`,
    'Basic [redacted: basic] x',
  ]),
  ['Basic YTrIYmNk x', 'Basic YTrIYmNk x'],
  ['Bearer bearerx abcdefgh', 'Bearer bearerx abcdefgh'],
  ['bearer a bearer abcdefgh', 'bearer a bearer [redacted: bearer]'],
  [`x Basic ${base64('user:pass')} y`, 'x Basic [redacted: basic] y'],
  [`Basic ${base64('user:pass')} Bearer abcdefgh`, 'Basic [redacted: basic] Bearer [redacted: bearer]'],
  ['Basic training goes on, Basic knowledge', 'Basic training goes on, Basic knowledge'],
  [`Basic ${base64('no colon here')}`, `Basic ${base64('no colon here')}`],
  [`Basic ${Buffer.from([1, 58, 200, 3, 4, 5]).toString('base64')}`, 'Basic ATrIAwQF'],
  ['Bearer [redacted: bearer]', 'Bearer [redacted: bearer]'],
  // tokens
  ...['k8s-aws-v1.', 'ghp_', 'gho_', 'ghs_', 'ghu_', 'github_pat_', 'glpat-', 'xoxb-', 'xoxp-', 'xapp-'].flatMap(
    (prefix): readonly (readonly [string, string])[] => [
      [`x ${prefix}aaaaaaaaaaaa y`, 'x [redacted: token] y'],
      [`x=${prefix}aaaaaaaaaaa y`, `x=${prefix}aaaaaaaaaaa y`],
      [`x/a${prefix}aaaaaaaaaaaaaaaa y`, 'x/a[redacted: token] y'],
    ],
  ),
  [`x eyJ${'a'.repeat(17)} y`, 'x [redacted: JSON web token] y'],
  [`x eyJ${'a'.repeat(16)} y`, `x eyJ${'a'.repeat(16)} y`],
  [`x/eyJ${'a'.repeat(17)} y`, 'x/[redacted: JSON web token] y'],
  [`a.eyJ${'a'.repeat(17)}`, 'a.[redacted: JSON web token]'],
  [`a-eyJ${'a'.repeat(17)}`, 'a-[redacted: JSON web token]'],
  [`a_eyJ${'a'.repeat(17)}`, 'a_[redacted: JSON web token]'],
  [`aeyJ${'a'.repeat(17)}`, `aeyJ${'a'.repeat(17)}`],
  [`aeyJa.eyJ${'a'.repeat(17)}`, 'aeyJa.[redacted: JSON web token]'],
  ['/opt/files/of/an/app/eyJabcd', '/opt/files/of/an/app/eyJabcd'],
  [`H4sI${'A'.repeat(36)}`, '[redacted: compressed data]'],
  [`H4sI${'A'.repeat(35)}`, `H4sI${'A'.repeat(35)}`],
  [base64('password=hunter2 for the database'), '[redacted: encoded secret]'],
  [base64('password=hunter2xy'), '[redacted: encoded secret]'],
  [base64('password=hunter2'), '[redacted: encoded secret]'],
  [`x=${base64('password=hunter2')} y`, '[redacted: encoded secret] y'],
  [base64('~ password=hunter2\n\tfor the database\r\n'), '[redacted: encoded secret]'],
  [base64(base64('password=hunter2 for the database')), '[redacted: encoded secret]'],
  [base64(base64(base64('password=hunter2 for the database'))), '[redacted: encoded secret]'],
  [`x-${base64('password=hunter2 for the database')}`, 'x-[redacted: encoded secret]'],
  ['\u007fpassword=hunter2\u007f', '\u007fpassword=[redacted: password]'],
  [base64('a harmless text of the database'), base64('a harmless text of the database')],
  [`data=${base64('password=hunter2 for the database')}`, '[redacted: encoded secret]'],
  // bootstrap tokens: six, a dot, sixteen
  ['abcdef.0123456789abcdef', 'abcdef.[redacted: bootstrap token]'],
  ['az09zz.az09zz0123456789 x', 'az09zz.[redacted: bootstrap token] x'],
  ['x-abcdef.0123456789abcdef', 'x-abcdef.[redacted: bootstrap token]'],
  ['abcdeF.0123456789abcdef', 'abcdeF.0123456789abcdef'],
  ['abcdef.0123456789abcdeF', 'abcdef.0123456789abcdeF'],
  ['abcde.0123456789abcdef', 'abcde.0123456789abcdef'],
  ['abcdef.0123456789abcde', 'abcdef.0123456789abcde'],
  ['abcdef.0123456789abcdef0', 'abcdef.0123456789abcdef0'],
  ['abcdef-0123456789abcdef', 'abcdef-0123456789abcdef'],
  // secret keys of AWS: forty characters
  [`found ${key} in it`, 'found [redacted: secret key] in it'],
  ...['=', '-', '_', '.'].map((sign): readonly [string, string] => [
    `a${sign}${key}`,
    `a${sign}[redacted: secret key]`,
  ]),
  [`found ${key}x in it`, `found ${key}x in it`],
  [`found ${key.slice(1)} in it`, `found ${key.slice(1)} in it`],
  ['ref 0123456789abcdef0123456789abcdef01234567', 'ref 0123456789abcdef0123456789abcdef01234567'],
  [`${id} ${'q'.repeat(40)}`, `${id} [redacted: secret key]`],
  [`${id} 0123456789abcdef0123456789abcdef01234567`, `${id} 0123456789abcdef0123456789abcdef01234567`],
  [`ref ${'q'.repeat(40)}`, `ref ${'q'.repeat(40)}`],
  [`${id}/${key}`, `${id}[redacted: secret key]`],
  [`${id}:${key}`, `${id}:[redacted: secret key]`],
  [`ASIAEXAMPLEKEY000001 and ${key}`, 'ASIAEXAMPLEKEY000001 and [redacted: secret key]'],
  [`${id}${key}`, `${id}[redacted: secret key]`],
  [`${id}${key.slice(1)}`, `${id}${key.slice(1)}`],
  [`${id} ${'0'.repeat(20)}${'f'.repeat(19)}g`, `${id} [redacted: secret key]`],
  [`${id} ${'9'.repeat(20)}${'a'.repeat(19)}+`, `${id} [redacted: secret key]`],
  [`${id} ${'Z'.repeat(40)}`, `${id} [redacted: secret key]`],
  [
    `${id} ${'0'.repeat(10)}${'9'.repeat(10)}${'a'.repeat(10)}${'f'.repeat(10)}`,
    `${id} ${'0'.repeat(10)}${'9'.repeat(10)}${'a'.repeat(10)}${'f'.repeat(10)}`,
  ],
  ...['AZ', 'az', '+/'].map((two): readonly [string, string] => [`x ${two.repeat(20)} y`, `x ${two.repeat(20)} y`]),
  [`x g${'09'.repeat(19)}0 y`, `x g${'09'.repeat(19)}0 y`],
  ...['A0zz', 'Z9aa', 'z9AA', '/0aA', '+Zaa', 'AzAz', 'a/Z/'].map((four): readonly [string, string] => [
    `x ${four.repeat(10)} y`,
    'x [redacted: secret key] y',
  ]),
  ...['A0', 'Z9', 'z9', '/0', '+Z', 'a/'].map((two): readonly [string, string] => [
    `x ${two.repeat(20)} y`,
    `x ${two.repeat(20)} y`,
  ]),
  ...['0', '1', '9'].map((digit): readonly [string, string] => [
    `x ${'Gg'.repeat(6)}${digit}${'g'.repeat(27)} y`,
    'x [redacted: secret key] y',
  ]),
  [`x ${'G1'.repeat(6)}${'g'.repeat(28)} y`, 'x [redacted: secret key] y'],
  [`x ${'aA'.repeat(8)}${'a'.repeat(24)} y`, 'x [redacted: secret key] y'],
  [`x Gg${'1g'.repeat(5)}${'1'.repeat(28)} y`, 'x [redacted: secret key] y'],
  [`x G1${'g1'.repeat(5)}${'1'.repeat(28)} y`, `x G1${'g1'.repeat(5)}${'1'.repeat(28)} y`],
  [`x ${'aA'.repeat(8)}${'A'.repeat(24)} y`, `x ${'aA'.repeat(8)}${'A'.repeat(24)} y`],
  ['abc/ef.0123456789abcdef', 'abc/ef.0123456789abcdef'],
  // what is no secret
  ['/apis/extensions/v1beta1/namespaces/kube-system', '/apis/extensions/v1beta1/namespaces/kube-system'],
  [
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:prod/db-AbCdEf',
  ],
  ['arn:aws:secretsmanager:*:*:secret:*', 'arn:aws:secretsmanager:*:*:secret:*'],
  [
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db secret=hunter2',
    'arn:aws:secretsmanager:eu-west-1:111122223333:secret:db secret=[redacted: secret]',
  ],
  [
    'arn:aws:secretsmanager:eu-west-1:111122223333:password:hunter2',
    'arn:aws:secretsmanager:eu-west-1:111122223333:password:[redacted: password]',
  ],
  [
    'aws:secretsmanager:eu-west-1:111122223333:secret:hunter2',
    'aws:secretsmanager:eu-west-1:111122223333:secret:[redacted: secret]',
  ],
  ['arn:aws:sqs:eu-west-1:111122223333:secret:hunter2', 'arn:aws:sqs:eu-west-1:111122223333:secret:[redacted: secret]'],
  ['AWSServiceRoleForAutoScaling/AutoScaling launched', 'AWSServiceRoleForAutoScaling/AutoScaling launched'],
  ['short', 'short'],
  ['token', 'token'],
  ['i-0aaaabbbbccccdddd runs ami-0123456789abcdef0', 'i-0aaaabbbbccccdddd runs ami-0123456789abcdef0'],
  [
    'arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
    'arn:aws:iam::111122223333:role/aws-service-role/eks.amazonaws.com/AWSServiceRoleForAmazonEKS',
  ],
];

test.each([
  // Begins like a token of a vendor's
  'npm_package_version=1.2.3-prod npm_config_node_gyp=/usr/lib/npm10',
  'arn:aws:iam::111122223333:policy/bedrock-api-key-policy-eu-west-1-prod',
  'arn:aws:iam::111122223333:role/ABSKeyRotationRoleForProd2024',
  'arn:aws:s3:::hf_models_bucket_prod_eu_west_1/llama-2',
  'hvs.production-nodes-1.eu-west-1.example.com',
  'pul-eks-prod-eu-west-1-nodes',
  // Names a key of KMS
  'encryptionKey=arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab, EncryptionKey: alias/builds',
])('the name %j stays', text => {
  expect(redactLine(text)).toBe(text);
});

test.each(rows)('%j becomes %j', (text, clean) => {
  expect(redactLine(text)).toBe(clean);
  expect(redactLine(clean)).toBe(clean);
});

describe('the name before a separator', () => {
  it.each([...'azAZ09_-.'])('has %j', char => {
    const name = `${char}-password`;
    expect(redactLine(`x/${name}=hunter2`)).toBe(`x/${name}=[redacted: ${name.toLowerCase()}]`);
    expect(redactLine(`x --${name} hunter2`)).toBe(`x --${name} [redacted: ${name.toLowerCase()}]`);
  });
  it.each([...'/:;@[{^', '`', 'é'])('begins behind %j', char => {
    expect(redactLine(`x${char}password=hunter2`)).toBe(`x${char}password=[redacted: password]`);
    if (char !== ':') expect(redactLine(`x --password${char} hunter2`)).toBe(`x --password${char} hunter2`);
  });
});

describe('a value ends', () => {
  it.each([' ', '\t', '\n', '\r', '"', "'", '`', '&', ',', ';', '}', ')', '<', '>', '|', '\\', '%26'])('at %j', end => {
    expect(redactLine(`password=hunter2${end}rest of it`)).toBe(`password=[redacted: password]${end}rest of it`);
    expect(redactLine(`--password hunter2${end}rest of it`)).toBe(`--password [redacted: password]${end}rest of it`);
  });
});

describe('text in base64', () => {
  it('is looked into from 24 characters on', () => {
    expect(base64('password=hunter').length).toBe(20);
    expect(redactLine(base64('password=hunter'))).toBe(base64('password=hunter'));
  });
  it('is text by its first 4,096 characters', () => {
    const long = base64(`password=hunter2 ${'x '.repeat(2_500)}\u0001`);
    expect(redactLine(long)).toBe('[redacted: encoded secret]');
  });
});

describe('a long opaque token', () => {
  const random = Array.from({ length: 40 }, (_, at) => 'aB3/xY9+q'.slice(at % 5, (at % 5) + 4) + String(at % 10)).join(
    '',
  );
  it('is told by its length and by how often its characters change', () => {
    expect(random.length).toBe(200);
    expect(redactLine(`x ${random} y`)).toBe('x [redacted: opaque token] y');
    expect(redactLine(`x ${random.slice(1)} y`)).toBe(`x ${random.slice(1)} y`);
    expect(redactLine(`x a=${random} y`)).toBe('x a=[redacted: opaque token] y');
    expect(redactLine(`x ${random}${'a'.repeat(800)} y`)).toBe('x [redacted: opaque token] y');
    const words = 'readwriteexecutelist'.repeat(10);
    expect(redactLine(`x ${words} y`)).toBe(`x ${words} y`);
  });
});

describe('a line', () => {
  it('is cut to the bytes it may have, between characters, and says so', () => {
    expect(redactLine('x'.repeat(512))).toBe('x'.repeat(512));
    expect(redactLine('x'.repeat(513))).toBe(`${'x'.repeat(509)}…`);
    expect(redactLine('é'.repeat(256))).toBe('é'.repeat(256));
    expect(redactLine('é'.repeat(257))).toBe(`${'é'.repeat(254)}…`);
    expect(redactLine('😀'.repeat(10), 20)).toBe(`${'😀'.repeat(4)}…`);
    expect(redactLine('abcdef', 5)).toBe('ab…');
    expect(redactLine(`a\ufffd${'b'.repeat(600)}`)).toBe(`a\ufffd${'b'.repeat(505)}…`);
    expect(redactLine('a\ud800bcdefgh')).toBe('a\ufffdbcdefgh');
  });
  it('is redacted before it is cut', () => {
    expect(redactLine(`${'x '.repeat(250)}password=hunter2hunter2`)).not.toContain('hunter');
    expect(redactLine(`${' '.repeat(8_180)}password=hunter2`, 10_000)).toBe(
      `${' '.repeat(8_180)}password=[redacted: password]`,
    );
  });
});

test.each(['', 'a ', 'of '])('a token of sixteen characters is found at the end of "%s"', before => {
  expect(redactLine(`${before}ghp_0123456789ab`)).toBe(`${before}[redacted: token]`);
});
