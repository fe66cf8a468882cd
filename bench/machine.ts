import { cpus, loadavg, release, totalmem, type } from 'node:os';

import { isPinned } from './measured-process.ts';

/** What the numbers were measured on, and when. */
export function describeMachine(): string {
  const [cpu] = cpus();
  return [
    new Date().toISOString().slice(0, 10),
    `Node.js ${process.version}`,
    `${cpus().length} × ${cpu?.model.trim() ?? 'unknown CPU'}`,
    `${(totalmem() / 2 ** 30).toFixed(0)} GiB`,
    `${type()} ${release()}`,
    isPinned ? 'servers on one core, the load on another' : 'servers and load share the cores',
    `load average ${loadavg()[0]?.toFixed(1)} at the end`,
  ].join(' · ');
}
