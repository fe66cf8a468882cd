import { describe, expect, test } from 'vitest';
import { locateCall } from '../../src/upstream/address.ts';
import { UnaddressableAccount } from '../../src/upstream/errors.ts';

function locate(baseUrl: string, account = 'acme') {
  return locateCall(baseUrl, { account, path: '/reports/7' });
}

describe('the upstream URL', () => {
  test.each([
    ['http://vendor:8080', 'http://vendor:8080', '/reports/7'],
    ['http://vendor:8080/', 'http://vendor:8080', '/reports/7'],
    ['http://vendor/api/v2', 'http://vendor', '/api/v2/reports/7'],
    ['http://vendor/api/v2/', 'http://vendor', '/api/v2/reports/7'],
    ['http://vendor/api?key=1', 'http://vendor', '/api/reports/7?key=1'],
    ['http://{account}.vendor', 'http://acme.vendor', '/reports/7'],
    ['http://vendor/accounts/{account}/', 'http://vendor', '/accounts/acme/reports/7'],
    ['http://vendor/?tenant={account}&again={account}', 'http://vendor', '/reports/7?tenant=acme&again=acme'],
  ])('%s is joined with the endpoint', (baseUrl, origin, requestPath) => {
    expect(locate(baseUrl)).toMatchObject({ origin, requestPath, authorization: null });
  });

  test('takes any account id as one percent-encoded piece', () => {
    expect(locate('http://vendor/{account}', 'a/../b?c#d é$&\uD800').requestPath).toBe(
      '/a%2F..%2Fb%3Fc%23d%20%C3%A9%24%26%EF%BF%BD/reports/7',
    );
  });

  test.each([
    ['http://vendor/accounts/{account}', '..'],
    ['http://vendor/accounts/{account}', '.'],
    ['http://{account}.vendor', 'evil.example/'],
    ['http://{account}.vendor', 'evil.example#'],
    ['http://{account}.vendor', 'user@evil.example:80'],
  ])('%s refuses the account %s, which would lead elsewhere', (baseUrl, account) => {
    expect(() => locate(baseUrl, account)).toThrow(UnaddressableAccount);
  });

  test('sends its user and password as a header, not in the path', () => {
    // base64 of "user:p@ss"
    expect(locate('http://user:p%40ss@vendor/')).toMatchObject({
      origin: 'http://vendor',
      requestPath: '/reports/7',
      authorization: 'Basic dXNlcjpwQHNz',
    });
  });
});
