import {
  GraphQLError,
  Kind,
  OperationTypeNode,
  type ASTVisitor,
  type FieldNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
  type SelectionSetNode,
  type ValidationContext,
  type ValidationRule,
} from 'graphql';
import type { Settings } from '../contracts/settings/settings-table.ts';
import { natureOf } from './operation.ts';

/** The limits of a document. */
export type Limits = Pick<Settings, 'maxDepth' | 'maxAliases' | 'maxDirectives' | 'maxRootFields' | 'maxFragments'>;

/** How much a selection asks for, its fragments counted wherever they are spread. */
interface Measure {
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0, directives: 0 };

/**
 * Makes a validation rule that refuses, before anything runs, documents that no normal client sends: a hundred sign-ins
 * under aliases, queries as deep as a well, fragments that multiply. It reports and never throws, which would be an
 * HTTP 500.
 */
export function limitsRule(limits: Limits): ValidationRule {
  return (context): ASTVisitor => ({
    Document: ({ definitions }) => {
      const fragments = definitions.filter(({ kind }) => kind === Kind.FRAGMENT_DEFINITION).length;
      refuseMore(context, 'fragments', fragments, limits.maxFragments);
    },
    OperationDefinition: (operation) => checkOperation(context, operation, limits),
  });
}

/** An answer over HTTP is one, and graphql-js would find that out too late, and call it an internal error. */
export const noSubscriptions: ValidationRule = (context) => ({
  OperationDefinition({ operation }) {
    if (operation !== OperationTypeNode.SUBSCRIPTION) return;
    const isThere = context.getSchema().getSubscriptionType() != null;
    const message = isThere
      ? 'Subscriptions need a WebSocket at this address, with the protocol graphql-transport-ws.'
      : 'This server has no subscriptions.';
    context.reportError(new GraphQLError(message));
  },
});

function checkOperation(context: ValidationContext, operation: OperationDefinitionNode, limits: Limits): void {
  const scale = new Scale(context);
  const { depth, aliases, directives } = scale.measure(operation.selectionSet);
  refuseMore(context, 'levels', depth, limits.maxDepth);
  refuseMore(context, 'aliases', aliases, limits.maxAliases);
  refuseMore(context, 'directives', directives + (operation.directives?.length ?? 0), limits.maxDirectives);
  const roots = scale.rootFields(operation.selectionSet);
  refuseMore(context, 'root fields', roots.length, limits.maxRootFields);
  const root = context.getSchema().getRootType(operation.operation);
  const credentials = roots.filter(({ name }) => natureOf(root, name.value)?.credential);
  refuseMore(context, 'fields that check or store a password', credentials.length, 1);
}

function refuseMore(context: ValidationContext, what: string, count: number, limit: number): void {
  if (count <= limit) return;
  context.reportError(new GraphQLError(`The document has ${count} ${what}, expected at most ${limit}.`));
}

/** Weighs selections. Each fragment is weighed once, so a document of nested fragments costs no more than its length. */
class Scale {
  readonly #context: ValidationContext;
  readonly #weighed = new Map<string, Measure>();

  constructor(context: ValidationContext) {
    this.#context = context;
  }

  measure({ selections }: SelectionSetNode): Measure {
    let total = NOTHING;
    for (const selection of selections) {
      const own = selection.directives?.length ?? 0;
      const inner = this.#inside(selection);
      total = {
        depth: Math.max(total.depth, inner.depth),
        aliases: total.aliases + inner.aliases,
        directives: total.directives + inner.directives + own,
      };
    }
    return total;
  }

  #inside(selection: SelectionSetNode['selections'][number]): Measure {
    switch (selection.kind) {
      case Kind.FRAGMENT_SPREAD:
        return this.#fragment(selection.name.value);
      case Kind.INLINE_FRAGMENT:
        return this.measure(selection.selectionSet);
      case Kind.FIELD: {
        const inner = selection.selectionSet ? this.measure(selection.selectionSet) : NOTHING;
        return { ...inner, depth: inner.depth + 1, aliases: inner.aliases + (selection.alias ? 1 : 0) };
      }
    }
  }

  #fragment(name: string): Measure {
    const known = this.#weighed.get(name);
    if (known) return known;
    this.#weighed.set(name, NOTHING); // a cycle, which another rule reports, ends here
    const fragment: FragmentDefinitionNode | null | undefined = this.#context.getFragment(name);
    const measure = fragment ? this.measure(fragment.selectionSet) : NOTHING;
    this.#weighed.set(name, measure);
    return measure;
  }

  /** The root fields of an operation. A fragment spread twice counts once, as when it is executed (GraphQL 6.3.2). */
  rootFields({ selections }: SelectionSetNode, spread = new Set<string>()): FieldNode[] {
    return selections.flatMap((selection) => {
      if (selection.kind === Kind.FIELD) return [selection];
      if (selection.kind === Kind.INLINE_FRAGMENT) return this.rootFields(selection.selectionSet, spread);
      const name = selection.name.value;
      const fragment = spread.has(name) ? null : this.#context.getFragment(name);
      spread.add(name);
      return fragment ? this.rootFields(fragment.selectionSet, spread) : [];
    });
  }
}
