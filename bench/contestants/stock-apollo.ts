import 'reflect-metadata';

import { ApolloServer } from '@apollo/server';
import { fastifyApolloDrainPlugin, fastifyApolloHandler } from '@as-integrations/fastify';
import DataLoader from 'dataloader';
import { fastify } from 'fastify';
import { GraphQLScalarType } from 'graphql';
import {
  Arg,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  ID,
  Int,
  ObjectType,
  Query,
  Resolver,
  Root,
} from 'type-graphql';

import { creditsOf, type ReportRow, reports, type Row, rows } from './sample-rows.ts';

// Apollo, Fastify and type-graphql as their documentation puts them together: decorated classes, field resolvers,
// a DataLoader for each request, every default left as it is.
interface Context {
  readonly reportLoader: DataLoader<number, ReportRow | null>;
}

const DateTime = new GraphQLScalarType({
  name: 'DateTime',
  serialize: (ms) => new Date(Number(ms)).toISOString(),
});
const CreditsScalar = new GraphQLScalarType({ name: 'Credits', serialize: String });

@ObjectType()
class Report {
  @Field(() => ID)
  id!: number;

  @Field(() => String)
  name!: string;
}

@ObjectType()
class Message {
  @Field(() => ID)
  id!: number;
}

@ObjectType()
class MessageConnection {
  @Field(() => [Message])
  nodes!: readonly Row[];
}

@ObjectType()
class Usage {
  @Field(() => MessageConnection)
  messages!: MessageConnection;
}

@Resolver(() => Message)
class MessageResolver {
  @FieldResolver(() => DateTime)
  timestamp(@Root() row: Row): number {
    return row.timestampMs;
  }

  @FieldResolver(() => CreditsScalar, { nullable: true })
  creditsUsed(@Root() row: Row): unknown {
    return creditsOf(row);
  }

  @FieldResolver(() => Report, { nullable: true })
  report(@Root() row: Row, @Ctx() { reportLoader }: Context): Promise<ReportRow | null> | null {
    return row.reportId === null ? null : reportLoader.load(row.reportId);
  }
}

@Resolver(() => Usage)
class UsageResolver {
  @Query(() => Usage)
  usage(): object {
    return {};
  }

  @FieldResolver(() => MessageConnection)
  messages(@Arg('first', () => Int, { nullable: true }) first?: number): MessageConnection {
    return { nodes: rows.slice(0, first) };
  }
}

const app = fastify();
const apollo = new ApolloServer<Context>({
  schema: await buildSchema({ resolvers: [UsageResolver, MessageResolver] }),
  plugins: [fastifyApolloDrainPlugin(app)],
});
await apollo.start();
app.route({
  url: '/graphql',
  method: ['GET', 'POST'],
  handler: fastifyApolloHandler(apollo, {
    context: async () => ({
      reportLoader: new DataLoader(async (ids: readonly number[]) =>
        ids.map((id) => reports.get(id) ?? null),
      ),
    }),
  }),
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
