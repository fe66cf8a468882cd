import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { ApolloServerPluginLandingPageLocalDefault } from '@apollo/server/plugin/landingPage/default';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance } from 'fastify';
import type { GraphQLSchema } from 'graphql';

import type { GraphQLContext } from '../graphql/context.ts';
import { createErrorFormatter } from '../graphql/errors.ts';
import type { Log } from '../telemetry/log.ts';
import type { UsageReader } from '../usage/usage-reader.ts';

/** What the GraphQL endpoint works with. */
export interface GraphQLEndpointOptions {
  readonly schema: GraphQLSchema;
  readonly reader: UsageReader;
  readonly introspection: boolean;
  /** Whether errors may carry stack traces; the formatter removes them for clients all the same. */
  readonly production: boolean;
  readonly log: Log;
}

/** Serves GraphQL over HTTP at `/graphql`; browsers get Apollo Sandbox there while introspection is on. */
export async function addGraphQLEndpoint(
  app: FastifyInstance,
  options: GraphQLEndpointOptions,
): Promise<void> {
  const { schema, reader, introspection, production, log } = options;
  const apollo = new ApolloServer<GraphQLContext>({
    schema,
    introspection,
    includeStacktraceInErrorResponses: !production,
    formatError: createErrorFormatter(log),
    logger: log,
    // The process's signals are handled in one place, `main.ts`.
    stopOnTerminationSignals: false,
    plugins: [fastifyApolloDrainPlugin(app), landingPage(introspection)],
  });
  await apollo.start();
  app.route({
    url: '/graphql',
    method: ['GET', 'POST'],
    handler: fastifyApolloHandler(apollo, {
      context: async (request) => ({ session: reader.openSession(request.account) }),
    }),
  });
  app.addHook('onClose', () => apollo.stop());
}

function landingPage(introspection: boolean): ApolloServerPlugin {
  if (!introspection) return ApolloServerPluginLandingPageDisabled();
  return ApolloServerPluginLandingPageLocalDefault({ footer: false, embed: true });
}
