import { maxAliasesRule } from '@escape.tech/graphql-armor-max-aliases';
import { maxDepthRule } from '@escape.tech/graphql-armor-max-depth';
import { maxDirectivesRule } from '@escape.tech/graphql-armor-max-directives';
import { GraphQLError, type ValidationContext, type ValidationRule } from 'graphql';

/** How large a document may be, before anything is known about what it asks for. */
export interface DocumentLimits {
  /** Lexical tokens. */
  readonly maxTokens: number;
  /** Selections with all fragments spread out. */
  readonly maxSelections: number;
  /** Levels of fields. */
  readonly maxDepth: number;
  readonly maxAliases: number;
  readonly maxDirectives: number;
}

/** The validation rules of the limits that need a rule. They run once a document is valid and its fragments are few. */
export function createDocumentRules(limits: DocumentLimits): ValidationRule[] {
  const { maxDepth, maxAliases, maxDirectives } = limits;
  return [
    // Introspection counts like everything else: by skipping it, a fragment named __schema hides any depth.
    rule(maxDepthRule, { n: maxDepth, flattenFragments: true, ignoreIntrospection: false }),
    rule(maxAliasesRule, { n: maxAliases, allowList: [] }),
    rule(maxDirectivesRule, { n: maxDirectives }),
  ];
}

function rule<Options extends object>(
  create: (options: Options & typeof reporting) => (context: ValidationContext) => object,
  options: Options,
): ValidationRule {
  const visitorOf = create({ ...options, ...reporting });
  return (context) => visitorOf(context);
}

// Left to itself, a rule of these throws in the middle of the validation, and that is a 500.
const reporting = {
  propagateOnRejection: false,
  onReject: [
    (context: ValidationContext | null, error: GraphQLError) =>
      context?.reportError(new GraphQLError(error.message.replace(/^Syntax Error: /, ''))),
  ],
};
