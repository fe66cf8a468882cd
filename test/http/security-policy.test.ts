import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

describe('SECURITY.md', () => {
  it('names a test that exists for each defence', () => {
    const rows = readFileSync('SECURITY.md', 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| ') && !/^\| (defence|-+) +\|/.test(line));
    const unshown = rows.filter((row) => {
      const [, file = '', title = ''] = /`(test\/[\w./-]+)`: "(.+?)" +\|$/.exec(row) ?? [];
      return !existsSync(file) || !readFileSync(file, 'utf8').includes(`'${title}'`);
    });
    expect(unshown).toEqual([]);
    expect(rows.length).toBeGreaterThan(20);
  });
});
