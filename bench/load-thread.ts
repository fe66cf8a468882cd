import { parentPort, workerData } from 'node:worker_threads';

import { type OpenLoad, putLoad } from './open-load.ts';

// Load from a thread of its own, so that what is measured beside it is not late because of it.
const load: OpenLoad = workerData;
parentPort?.postMessage(await putLoad(load));
