import { Field, InputType, registerEnumType } from 'type-graphql';

import type { MessageOrder, MessageOrderField } from '../usage/message-page.ts';

const messageOrderFields = {
  TIMESTAMP: 'TIMESTAMP',
  CREDITS_USED: 'CREDITS_USED',
  REPORT_NAME: 'REPORT_NAME',
} as const satisfies { [Name in MessageOrderField]: Name };
registerEnumType(messageOrderFields, {
  name: 'MessageOrderField',
  description: 'What messages can be ordered by.',
  valuesConfig: {
    TIMESTAMP: { description: 'When it was sent.' },
    CREDITS_USED: { description: 'What it cost. Unpriced messages come last, in either direction.' },
    REPORT_NAME: {
      description:
        'The name of its report, as people sort names (case and accents come second). Messages without a report come last, in either direction.',
    },
  },
});

const sortDirections = { ASC: 'ASC', DESC: 'DESC' } as const;
registerEnumType(sortDirections, {
  name: 'SortDirection',
  description: 'Which end comes first.',
  valuesConfig: {
    ASC: { description: 'Smallest, earliest or A first.' },
    DESC: { description: 'Largest, latest or Z first.' },
  },
});

/** Declares `MessageOrder`. */
@InputType('MessageOrder', { description: 'One wish of an order. Ties keep the upstream’s order.' })
export class MessageOrderInput implements MessageOrder {
  @Field(() => messageOrderFields, { description: 'What to order by.' })
  readonly field!: MessageOrderField;

  @Field(() => sortDirections, { defaultValue: 'ASC', description: 'Which end comes first.' })
  readonly direction!: keyof typeof sortDirections;
}
