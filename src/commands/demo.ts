import { createLivingSample } from '../sample/living-sample.ts';
import { startSampleUpstream } from '../sample/sample-upstream.ts';
import { runService } from '../service-process.ts';

// npm run demo: the service over a sample that lives, recorded in memory.
const startedMs = performance.now();
const answers = createLivingSample(() => performance.now() - startedMs);
await runService(
  { SYNC_INTERVAL_MS: '2000', ...process.env, DATABASE_URL: 'memory:', UPSTREAM_URL: '' },
  { startSample: () => startSampleUpstream(answers) },
);
