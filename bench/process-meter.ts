import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

import { z } from 'zod';

/** What a process says of itself. */
export const meterReading = z.object({
  /** User and system time of all its threads since it began, in microseconds. */
  cpuUs: z.number(),
  residentBytes: z.number(),
  maxResidentBytes: z.number(),
  /** What lives on the heap; without garbage where the process runs with `--expose-gc`. */
  heapBytes: z.number(),
  /** The longest that its event loop stood still since the last reading, in ms. */
  maxStallMs: z.number(),
});

/** What a measured process is asked for a reading with. */
export const meterQuestion = 'meter';

const delayResolutionMs = 10;

// Loaded into a measured process by `--import`: it answers over the channel to its parent, and is idle otherwise.
if (isMainThread && process.send !== undefined) {
  const delays = monitorEventLoopDelay({ resolution: delayResolutionMs });
  delays.enable();
  process.on('message', (message) => {
    if (message !== meterQuestion) return;
    globalThis.gc?.();
    const { user, system } = process.cpuUsage();
    process.send?.({
      cpuUs: user + system,
      residentBytes: process.memoryUsage.rss(),
      maxResidentBytes: process.resourceUsage().maxRSS * 1_024,
      heapBytes: process.memoryUsage().heapUsed,
      maxStallMs: Math.max(0, delays.max / 1e6 - delayResolutionMs),
    } satisfies z.infer<typeof meterReading>);
    delays.reset();
  });
  // The channel alone must not keep the process.
  process.channel?.unref();
}
