import { Field, ID, ObjectType } from 'type-graphql';

/** Declares `Report`. */
@ObjectType('Report', {
  description:
    'A report that a message can produce. Its price is a period’s own and stands in `ReportUsage` and in `Charge`.',
  simpleResolvers: true,
})
export class ReportType {
  @Field(() => ID, { description: 'The report’s id.' })
  readonly id!: number;

  @Field(() => String, { description: 'The report’s name.' })
  readonly name!: string;
}
