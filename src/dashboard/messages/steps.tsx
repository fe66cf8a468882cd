import type { JSX } from 'preact';

import type { MessageReceiptQuery, RateRule } from '../../../schema/generated/graphql.ts';
import { formatCounted, formatCredits } from '../format.ts';

type Charge = NonNullable<NonNullable<MessageReceiptQuery['message']>['charge']>;

/** A receipt: the rules that changed the sum, in their order. */
export function Steps({
  charge: { steps, credits },
  label,
}: {
  readonly charge: Charge;
  readonly label: string;
}): JSX.Element {
  return (
    <table class="steps" aria-label={label}>
      <thead>
        <tr>
          <th scope="col">What</th>
          <th scope="col">Credits</th>
          <th scope="col">Sum</th>
        </tr>
      </thead>
      <tbody>
        {steps.map(({ rule, quantity, amount, runningTotal }) => (
          <tr key={rule}>
            <td>{nameOf(rule, quantity)}</td>
            <td>{signed(amount)}</td>
            <td>{formatCredits(runningTotal)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <th scope="row">Price</th>
          <td colSpan={2}>{formatCredits(credits)}</td>
        </tr>
      </tfoot>
    </table>
  );
}

function signed(amount: string): string {
  return amount.startsWith('-') ? `−${formatCredits(amount.slice(1))}` : `+${formatCredits(amount)}`;
}

function nameOf(rule: RateRule, quantity: number): string {
  switch (rule) {
    case 'REPORT':
      return 'The report’s fixed price';
    case 'BASE':
      return 'Every text';
    case 'CHARACTERS':
      return formatCounted(quantity, 'character');
    case 'WORD_LENGTH':
      return `${formatCounted(quantity, 'word')}, by length`;
    case 'THIRD_VOWELS':
      return `${formatCounted(quantity, 'vowel')} in every third place`;
    case 'LENGTH_PENALTY':
      return 'A long text';
    case 'UNIQUE_WORDS':
      return 'No word occurs twice';
    case 'MINIMUM':
      return 'Raised to the minimum';
    case 'PALINDROME':
      return 'Reads the same backwards';
    default:
      return rule satisfies never;
  }
}
