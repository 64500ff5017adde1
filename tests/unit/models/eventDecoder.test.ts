import { describe, expect, test } from '@jest/globals';
import { EventDecoder } from '../../../server/src/features/models/eventDecoder.ts';

/** Decodes the stream, cut into pieces of this many bytes. */
function decode(stream: string | Buffer, pieceBytes = Infinity): string[] {
  const bytes = Buffer.from(stream as string);
  const decoder = new EventDecoder();
  const events: string[] = [];
  for (let start = 0; start < bytes.length; start += pieceBytes)
    events.push(...decoder.push(bytes.subarray(start, start + pieceBytes)));
  return events;
}

describe('server-sent events', () => {
  test.each([
    ['LF', 'data: one\n\ndata: two\n\n', ['one', 'two']],
    ['CR LF', 'data: one\r\n\r\ndata: two\r\n\r\n', ['one', 'two']],
    ['CR', 'data: one\r\rdata: two\r\r', ['one', 'two']],
    ['mixed line ends', 'data: one\n\r\ndata: two\r\n\ndata: three\r\r\n', ['one', 'two', 'three']],
    ['no space after the colon', 'data:one\n\ndata:  two\n\n', ['one', ' two']],
    ['several lines of data', 'data: {"a":\ndata: 1}\n\n', ['{"a":\n1}']],
    ['a line without a colon', 'data\n\ndata: x\n\n', ['', 'x']],
    ['comments and other fields', ': hi\nevent: e\nid: 1\nretry: 9\ndata: x\n: bye\n\n', ['x']],
    ['fields that only begin like data', 'data2: a\ndat: b\n\ndata: x\n\n', ['x']],
    ['events without data', '\n\n: ping\n\nevent: e\n\ndata: x\n\n', ['x']],
    ['a byte order mark', '\ufeffdata: x\n\ndata: \ufeffy\n\n', ['x', '\ufeffy']],
    ['characters of every length', 'data: aé€😀\n\n', ['aé€😀']],
    ['an event that does not end', 'data: one\n\ndata: two\n', ['one']],
    ['a stream without an event', 'hello', []],
  ])('are read with %s, however the stream is cut', (_what, stream, events) => {
    for (const pieceBytes of [1, 2, 3, 5, Infinity]) expect(decode(stream, pieceBytes)).toEqual(events);
  });

  test('replace bytes that are not UTF-8', () => {
    expect(decode(Buffer.from([...Buffer.from('data: a'), 0xff, 0xc3, ...Buffer.from('b\n\n')]))).toEqual([
      'a\ufffd\ufffdb',
    ]);
  });

  test.each([
    ['one line', `data: ${'x'.repeat(1_000_001)}`],
    ['many lines of data', 'data: 123\n'.repeat(250_001)],
    ['an unknown field', 'x'.repeat(1_000_001)],
    ['a comment', `:${'x'.repeat(1_000_001)}`],
  ])('are refused above 1 MB, also as %s', (_what, stream) => {
    for (const pieceBytes of [1_024, Infinity])
      expect(() => decode(stream, pieceBytes)).toThrow(/larger than 1 MB/);
  });

  test('may each have up to 1 MB', () => {
    const data = 'x'.repeat(999_000);
    expect(decode(`data: ${data}\n\n`.repeat(3), 65_536)).toEqual([data, data, data]);
  });
});
