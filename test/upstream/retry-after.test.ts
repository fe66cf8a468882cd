import { describe, expect, test } from 'vitest';
import { readRetryAfter } from '../../src/upstream/retry-after.ts';
import { Throttle } from '../../src/upstream/throttle.ts';

const now = new Date('2024-04-29T12:00:00Z');
const dayMs = 86_400_000;

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['3600', 3_600_000],
    [' 5 ', 5000],
    ['Mon, 29 Apr 2024 12:00:30 GMT', 30_000],
    // in the past: no wait
    ['Mon, 29 Apr 2024 11:00:00 GMT', 0],
    // absurd: 24 hours are the most
    ['99999999999999999999', dayMs],
    ['Wed, 29 Apr 2099 12:00:00 GMT', dayMs],
  ])('%s is obeyed', (header, waitMs) => {
    expect(readRetryAfter(header, now)).toBe(waitMs);
  });

  test.each([null, '', '-5', '1.5', 'soon 1', '2024-04-29T12:00:30Z', 'Mon, 99 Apr 2024 12:00:30 GMT'])(
    '%s says nothing',
    (header) => {
      expect(readRetryAfter(header, now)).toBeNull();
    },
  );

  test('is not shortened by a later, shorter one', () => {
    const throttle = new Throttle(() => now);
    throttle.obey('3600');
    throttle.obey('1');
    throttle.obey('soon');
    expect(throttle.waitMs).toBe(3_600_000);
  });
});
