import { describe, expect, test } from '@jest/globals';
import { matcher, path } from '../../../client/src/router/path.ts';

describe('an address is built', () => {
  test('from its pattern alone', () => {
    expect(path('/admin/users')).toBe('/admin/users');
  });
  test('with its parameters in it, made safe', () => {
    expect(path('/c/:chat/m/:message', { chat: 'a/b?c', message: 'ü' })).toBe('/c/a%2Fb%3Fc/m/%C3%BC');
  });
  test('and read again as it was', () => {
    expect(matcher('/c/:id')(path('/c/:id', { id: '50% of a/b' }))).toEqual({ id: '50% of a/b' });
  });
});

describe('a pattern', () => {
  test.each([
    ['/c/:id', '/c'],
    ['/c/:id', '/c/1/2'],
    ['/c/:id', '/cc/1'],
    ['/a.b', '/aXb'],
    ['/c/:id', '/c/%'],
  ])('%s does not fit %s', (pattern, pathname) => {
    expect(matcher(pattern)(pathname)).toBeNull();
  });
  test.each([
    ['/', '/', {}],
    ['/admin', '/admin/', {}],
    ['/c/:id', '/c/1', { id: '1' }],
    ['*', '/whatever/it/is', {}],
  ])('%s fits %s', (pattern, pathname, params) => {
    expect(matcher(pattern)(pathname)).toEqual(params);
  });
});
