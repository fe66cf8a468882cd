import { setTimeout as sleep } from 'node:timers/promises';

import { type Config, type Environment, InvalidConfig, loadConfig } from './config.ts';
import type { MisspeltSetting } from './misspelt-settings.ts';
import { writeReadyBlock } from './ready-block.ts';
import { type Service, type ServiceParts, startService } from './service.ts';
import { createLog } from './telemetry/log.ts';

const sameSignalMs = 500;
// Most first pulls are over by then.
const readyPatienceMs = 2_000;
const lookMs = 50;

/**
 * Runs the service as this process: with the settings of its environment, until a signal ends it. Says on standard
 * output when it is ready, or on standard error why it cannot start.
 */
export async function runService(env: Environment, parts: ServiceParts = {}): Promise<void> {
  const config = await readConfig(env);
  if (config !== null) await run(config, parts);
}

async function readConfig(env: Environment): Promise<Config | null> {
  try {
    return await loadConfig(env);
  } catch (error) {
    if (!(error instanceof InvalidConfig)) throw error;
    const lines = [...error.faults, ...error.misspelt.map(tellMisspelt)].map((line) => `  - ${line}`);
    console.error(`Cannot start: ${error.message}.\n${lines.join('\n')}`);
    process.exitCode = 1;
    return null;
  }
}

function tellMisspelt({ name, meant }: MisspeltSetting): string {
  return `${name} is no setting: is ${meant} meant?`;
}

async function run(config: Config, parts: ServiceParts): Promise<void> {
  const log = createLog(config.logLevel);
  for (const misspelt of config.misspelt) log.warn(misspelt, tellMisspelt(misspelt));
  const service = await startService(config, log, parts).catch((error: unknown) => {
    log.debug({ err: error }, 'cannot start');
    console.error(`Cannot start: ${error instanceof Error ? error.message : String(error)}.`);
    process.exit(1);
  });

  let closingSinceMs: number | null = null;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      if (closingSinceMs !== null) {
        // A second signal means: now. But npm passes on a Ctrl+C that the terminal has sent to all: that is one.
        if (performance.now() - closingSinceMs > sameSignalMs) process.exit(1);
        return;
      }
      closingSinceMs = performance.now();
      log.info({ signal }, 'finishing what is under way');
      service.close().then(
        () => process.exit(0),
        (error: unknown) => {
          log.fatal({ err: error }, 'could not close in order');
          process.exit(1);
        },
      );
    });
  }

  await tellReady(config, service);
}

/** Tells people where it is; when it cannot answer yet, also why, and later that it can. */
async function tellReady(config: Config, service: Service): Promise<void> {
  const untilMs = performance.now() + readyPatienceMs;
  const first = await service.findObstacle();
  let obstacle = first;
  while (obstacle !== null && obstacle === first && performance.now() < untilMs) {
    await sleep(lookMs);
    obstacle = await service.findObstacle();
  }
  const former = await service.findFormerUpstreams();
  console.log(writeReadyBlock(config, service, { obstacle, former }));
  while (obstacle !== null) {
    await sleep(10 * lookMs, null, { ref: false });
    obstacle = await service.findObstacle();
    if (obstacle === null) console.log('Usage API is ready now.');
  }
}
