import { describe, expect, test } from '@jest/globals';
import { matcher, path } from '../../../client/src/router/path.ts';

describe('path', () => {
  test('returns a pattern without parameters unchanged', () => {
    expect(path('/admin/users')).toBe('/admin/users');
  });
  test('escapes the parameters', () => {
    expect(path('/c/:chat/m/:message', { chat: 'a/b?c', message: 'ü' })).toBe('/c/a%2Fb%3Fc/m/%C3%BC');
  });
  test('builds what matcher reads back', () => {
    expect(matcher('/c/:id')(path('/c/:id', { id: '50% of a/b' }))).toEqual({ id: '50% of a/b' });
  });
});

describe('matcher', () => {
  test.each([
    ['/c/:id', '/c'],
    ['/c/:id', '/c/1/2'],
    ['/c/:id', '/cc/1'],
    ['/a.b', '/aXb'],
    ['/c/:id', '/c/%'],
  ])('%s does not match %s', (pattern, pathname) => {
    expect(matcher(pattern)(pathname)).toBeNull();
  });
  test.each([
    ['/', '/', {}],
    ['/admin', '/admin/', {}],
    ['/c/:id', '/c/1', { id: '1' }],
    ['*', '/any/other/path', {}],
  ])('%s matches %s', (pattern, pathname, params) => {
    expect(matcher(pattern)(pathname)).toEqual(params);
  });
});
