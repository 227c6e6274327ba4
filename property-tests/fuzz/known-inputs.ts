const STAMP = '2026-11-21T01:17:37.123456789Z'

/** Inputs at which a parser once did what it must not, by the parser's name; as Latin-1. One that the campaign finds is added here. */
export const KNOWN_INPUTS: Readonly<Record<string, readonly string[]>> = {
  'tty-demultiplexer': [
    // What follows the remembered end has the form of a stamp, but goes over the end of the line.
    `${STAMP} ofe\r\n201-21T01:17:37.123456789Z xxxx123456789Z xxxxxxxx5xxxx${STAMP} rest\r\n`,
    // Behind a whole chunk comes a later stamp in the same line: which of the two was taken hung on how much of the line was there.
    `${STAMP} one\r\n${STAMP} ${'x'.repeat(64)}${STAMP} rest\r-11-21T01:17:37.123456789Z a2026-11-21T01:17:38.123456789Z glued\r026-11-21T01:17:37.123456789Z $ `,
  ],
  configuration: [
    // A key that is a mapping, and one with a newline and a command to the terminal in it: the refusal had both as they are.
    'sinks:\n  ? loki:\n    enabled: true\n    url: http://loki:3100\n',
    'sinks:\n  "a\\n\\e[2J": 1\n',
  ],
  stamps: [
    // More nanoseconds than 64 bits have, and a year of five digits.
    '0001-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999-14:00',
  ],
  spool: [
    // A header whose rest a power cut has left as zeros: no body, and the checksum of no bytes is zero.
    'WTS1\0\0\0\0\0\0\0\0',
    // The checksum is made right for these: an index that is none, a block of a source that is not there, columns that are not there.
    transaction('{]'),
    transaction('{"sources":[],"blocks":[[0,1,0,0,0]]}'),
    transaction(
      '{"sources":[{"id":"a","kind":"file","name":"a","attributes":{},"position":0}],"blocks":[[0,1,0,4503599627370,1]]}',
    ),
  ],
  'api-requests': [
    // Bytes that are no UTF-8, and half a character: what was taken was another text.
    '/api/logs\ncontent-type: application/json\n\n{"message":"on\xFF\xFFwo","file":"a.log"}',
    '/api/logs\ncontent-type: application/json\n\n{"message":"\\ud800","file":"a.log"}',
  ],
  'loki-refusals': [
    `entry for stream '{host="a", job="w", stream="stdout"}' has timestamp too old: 2-26-01-01T00:00:00Z, oldest acceptable timestamp is: 2026-01-01T00:00:01Z`,
  ],
}

/** A transaction of this index alone, as Latin-1. */
function transaction(index: string): string {
  const [body, text] = [Buffer.alloc(4), Buffer.alloc(4)]
  text.writeUInt32BE(index.length)
  body.writeUInt32BE(text.length + index.length)
  return `WTS1${body.toString('latin1')}\0\0\0\0${text.toString('latin1')}${index}`
}
