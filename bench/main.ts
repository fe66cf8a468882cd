import { writeFileSync } from 'node:fs';

import { describeMachine } from './machine.ts';
import { measureLive } from './live.ts';
import { measureMemory } from './memory.ts';
import { measureOverload } from './overload.ts';
import { measurePage } from './page.ts';
import { measurePulls } from './pull.ts';
import { measureRating } from './rating.ts';
import { measureServing } from './serve.ts';
import { measureSize } from './size.ts';
import { measureSoak } from './soak.ts';
import { measureStart } from './start.ts';
import { measureSync } from './sync.ts';

const parts: Readonly<Record<string, () => Promise<string>>> = {
  serve: measureServing,
  size: measureSize,
  sync: measureSync,
  pull: measurePulls,
  rating: measureRating,
  memory: measureMemory,
  live: measureLive,
  page: measurePage,
  start: measureStart,
  overload: measureOverload,
  soak: measureSoak,
};

// Five minutes long: only when it is named.
const onlyByName = new Set(['soak']);

const wished = process.argv.slice(2);
const unknown = wished.filter((name) => !Object.hasOwn(parts, name));
if (unknown.length > 0) {
  console.error(`There is no part ${unknown.join(', ')}: choose of ${Object.keys(parts).join(', ')}.`);
  process.exitCode = 1;
} else {
  const sections: string[] = [];
  for (const [name, measure] of Object.entries(parts)) {
    if (wished.length === 0 ? onlyByName.has(name) : !wished.includes(name)) continue;
    const section = `## ${name}\n\n${await measure()}`;
    console.log(`\n${section}\n`);
    sections.push(section);
  }
  // A part alone is a trial; the file is of one whole run.
  if (wished.length === 0) {
    const head = `# Results of \`npm run bench\`\n\n${describeMachine()}`;
    writeFileSync('bench/RESULTS.md', `${[head, ...sections].join('\n\n')}\n`);
  }
}
