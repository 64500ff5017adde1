import { describe, expect, test } from '@jest/globals';
import { authPath, nextOf, safeNext } from '../../../../client/src/features/auth/redirects.ts';

describe('safeNext', () => {
  test.each([
    [null],
    [''],
    ['c/1'],
    ['//evil.example'],
    ['///evil.example'],
    ['/\\evil.example'],
    ['\\\\evil.example'],
    ['/\t/evil.example'],
    ['/\n/evil.example'],
    ['\t//evil.example'],
    ['/.//evil.example'],
    ['/c/..//evil.example'],
    ['https://evil.example'],
    ['HTTPS:evil.example'],
    ['javascript:alert(1)'],
    ['data:text/html,x'],
    [' /c/1'],
    ['/auth'],
    ['/auth?next=/c/1'],
    ['/pending'],
  ])('refuses %j', (next) => {
    expect(safeNext(next)).toBe('/');
  });

  test.each([
    ['/c/1', '/c/1'],
    ['/c/1?m=2#end', '/c/1?m=2#end'],
    ['/s/AbC-_9', '/s/AbC-_9'],
    ['/c/1?next=//evil.example', '/c/1?next=//evil.example'],
    ['/a/../c/1', '/c/1'],
    ['/authors', '/authors'],
  ])('accepts %j', (next, result) => {
    expect(safeNext(next)).toBe(result);
  });

  test('never leads to another origin, however the path is encoded', () => {
    const origin = 'https://parley.example';
    for (const next of ['/%5Cevil.example', '/%2F/evil.example', '/@evil.example', '/.evil.example']) {
      expect(new URL(safeNext(next), origin).origin).toBe(origin);
    }
  });
});

describe('authPath', () => {
  test('carries the destination through the URL of the sign-in page unchanged', () => {
    const path = authPath('/auth', '/c/1?m=a&b=c#end');
    expect(nextOf(new URL(path, 'https://parley.example'))).toBe('/c/1?m=a&b=c#end');
  });

  test('leaves out `next` when it would be the home page', () => {
    expect(authPath('/auth', '/')).toBe('/auth');
    expect(authPath('/pending', '/pending?next=%2Fc%2F1')).toBe('/pending');
  });
});
