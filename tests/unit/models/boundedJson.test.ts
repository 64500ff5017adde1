import { describe, expect, test } from '@jest/globals';
import { elementsOf, parseJson } from '../../../server/src/features/models/boundedJson.ts';

const nested = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);

describe('JSON of a model server', () => {
  test.each([
    '{"a":[1,-2.5e3,true,false,null,"\\"],[\\\\"]}',
    '"[[[[[["',
    ' {} ',
    '0',
    nested(64),
    JSON.stringify({ text: '[{,:'.repeat(100_000) }),
    JSON.stringify(Array(6_000).fill({})),
  ])('is parsed (%#)', (text) => {
    expect(parseJson(text)).toEqual(JSON.parse(text));
  });

  test.each([
    ['too deep', nested(65)],
    ['too deep and not closed', '[{"a":'.repeat(500_000)],
    ['a list of too many values', JSON.stringify(Array(30_000).fill(1))],
    ['an object of too many values', `{${'"a":1,'.repeat(30_000)}"a":1}`],
    ['invalid', '{"a":'],
    ['nothing', ''],
    ['a string that does not end', '"a\\'],
  ])('is refused if it is %s', (_what, text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  });

  test.each([
    ['{"data":[]}', []],
    ['{"data":[1]}', [1]],
    [
      ' { "object" : "list", "data" : [ {"id":"a,]"} , {"id":"b","x":[1,{"y":"}"}]} ], "more": {} } ',
      [{ id: 'a,]' }, { id: 'b', x: [1, { y: '}' }] }],
    ],
    ['{"other":[{"data":[0]}],"text":"\\"data\\":[","data":["a\\\\"]}', ['a\\']],
  ])('is read element by element: %s', (text, elements) => {
    expect([...elementsOf(text, 'data')].map((element) => JSON.parse(element))).toEqual(elements);
  });

  test.each([
    '',
    '[]',
    '{}',
    'null',
    '"data"',
    '{"data":{}}',
    '{"data":"[1]"}',
    '{"data"}',
    '{"data":[',
    '{"data":[1',
    '{"data":[1,',
    '{"data":[{}}',
    '{"data":["a]',
    '<html>{"data":[]}</html>',
    `{"data":${'['.repeat(500_000)}`,
    '['.repeat(500_000),
  ])('has no elements if it does not have the list (%#)', (text) => {
    expect(() => [...elementsOf(text, 'data')]).toThrow(SyntaxError);
  });
});
