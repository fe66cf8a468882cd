import { isMainThread } from 'node:worker_threads';

import { z } from 'zod';

/** What a process says of itself. */
export const meterReading = z.object({
  /** User and system time of all its threads since it began, in microseconds. */
  cpuUs: z.number(),
  residentBytes: z.number(),
});

/** What a measured process is asked for a reading with. */
export const meterQuestion = 'meter';

// Loaded into a measured process by `--import`: it answers over the channel to its parent, and is idle otherwise.
if (isMainThread && process.send !== undefined) {
  process.on('message', (message) => {
    if (message !== meterQuestion) return;
    const { user, system } = process.cpuUsage();
    process.send?.({
      cpuUs: user + system,
      residentBytes: process.memoryUsage.rss(),
    } satisfies z.infer<typeof meterReading>);
  });
  // The channel alone must not keep the process.
  process.channel?.unref();
}
