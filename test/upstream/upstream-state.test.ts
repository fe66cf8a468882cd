import { describe, expect, test } from 'vitest';
import { UpstreamStates } from '../../src/upstream/upstream-state.ts';

function createStates() {
  return new UpstreamStates(() => new Date(0), 3);
}

describe('the memory of upstreams', () => {
  test('is bounded, and forgets the least recently used first', () => {
    const states = createStates();
    const [a, b] = ['a', 'b', 'c'].map((key) => states.get(key));
    expect(states.get('a')).toBe(a);
    states.get('d');
    expect(states.get('a')).toBe(a);
    expect(states.get('b')).not.toBe(b);
  });

  test('keeps one that has calls under way, and one that asked for a pause', () => {
    const states = createStates();
    const busy = states.get('busy');
    busy.openCalls = 1;
    const throttled = states.get('throttled');
    throttled.throttle.obey('3600');
    const first = states.get('account 0');
    for (let account = 1; account < 100; account++) states.get(`account ${account}`);
    expect(states.get('account 0')).not.toBe(first);
    expect(states.get('busy')).toBe(busy);
    expect(states.get('throttled')).toBe(throttled);
  });
});
