import 'reflect-metadata';

import type { GraphQLSchema } from 'graphql';
import { buildSchemaSync } from 'type-graphql';

import { BillingPeriodConnectionResolver, BillingPeriodResolver } from './billing-period.ts';
import { EstimateResolver } from './charge.ts';
import { FreshnessResolver } from './freshness.ts';
import { MessageConnectionResolver } from './message-connection.ts';
import { MessageResolver } from './message.ts';
import { RateCardResolver } from './rate-card.ts';
import { UsageWindowResolver } from './usage-window.ts';
import { UsageResolver } from './usage.ts';

/** Builds the executable schema; resolvers get a `GraphQLContext`. */
export function createSchema(): GraphQLSchema {
  return buildSchemaSync({
    resolvers: [
      UsageResolver,
      FreshnessResolver,
      MessageConnectionResolver,
      MessageResolver,
      UsageWindowResolver,
      BillingPeriodResolver,
      BillingPeriodConnectionResolver,
      EstimateResolver,
      RateCardResolver,
    ],
    // Arguments are checked where they are used; class-validator would only check its own decorators.
    validate: false,
  });
}
