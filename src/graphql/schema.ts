import 'reflect-metadata';

import {
  assertInputObjectType,
  DirectiveLocation,
  GraphQLDeprecatedDirective,
  GraphQLDirective,
  GraphQLSchema,
} from 'graphql';
import { buildSchemaSync } from 'type-graphql';

import { BillingPeriodConnectionResolver, BillingPeriodResolver } from './billing-period.ts';
import { EstimateResolver } from './charge.ts';
import { FreshnessResolver } from './freshness.ts';
import { MessageConnectionResolver } from './message-connection.ts';
import { MessageResolver } from './message.ts';
import { RateCardResolver } from './rate-card.ts';
import { neverSubscribe, UsageChangedResolver } from './usage-changed.ts';
import { UsageWindowResolver } from './usage-window.ts';
import { UsageResolver } from './usage.ts';

/** Builds the executable schema; resolvers get a `GraphQLContext`. */
export function createSchema(): GraphQLSchema {
  const built = buildSchemaSync({
    resolvers: [
      UsageResolver,
      UsageChangedResolver,
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
    pubSub: { publish: neverSubscribe, subscribe: neverSubscribe },
  });
  // What type-graphql has no words for.
  const query = built.getQueryType();
  if (query !== null && query !== undefined)
    query.description = 'What can be asked of an account’s usage. The credential says whose account it is.';
  const subscription = built.getSubscriptionType();
  if (subscription !== null && subscription !== undefined)
    subscription.description = 'What tells of an account’s usage by itself, over SSE and WebSocket.';
  assertInputObjectType(built.getType('EstimateInput')).isOneOf = true;
  return new GraphQLSchema({
    ...built.toConfig(),
    description: 'What messages to a copilot were sent, what they cost in credits, and why.',
    directives: built.getDirectives().map(withoutNewLocations),
  });
}

/** Leaves out a location that graphql-js knows before the tools that make clients do: they stop at it. */
function withoutNewLocations(directive: GraphQLDirective): GraphQLDirective {
  if (directive !== GraphQLDeprecatedDirective) return directive;
  const { locations, ...config } = directive.toConfig();
  return new GraphQLDirective({
    ...config,
    locations: locations.filter((location) => location !== DirectiveLocation.DIRECTIVE_DEFINITION),
  });
}
