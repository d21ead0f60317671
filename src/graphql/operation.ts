import { OperationTypeNode, type GraphQLField, type GraphQLObjectType } from 'graphql';
import { Authorized, Extensions, UseMiddleware, type MiddlewareFn } from 'type-graphql';
import type { ThrottledOperation } from '../contracts/hooks.ts';
import type { AuthContext, RequestAuth } from './context.ts';
import { currentAdmin } from './current-admin.ts';

/** Whose attempts are counted where a budget is for each account. */
export interface CountedAccount {
  readonly account: string;
  readonly userId?: string;
  /** What the password of this sign-in was counted for. */
  readonly knownAs?: string | null;
  /** The budget of this attempt, where it is not that of the operation. */
  readonly throttle?: ThrottledOperation;
}

/** What an operation is, said once, beside its resolver. All that has to know is derived from the schema. */
export interface OperationNature {
  /**
   * - `open`: it looks at no header, so a client sends it without a token and does not repeat it;
   * - `guarded`: for those who are signed in;
   * - `admin`: for admins.
   */
  readonly access: 'open' | 'guarded' | 'admin';
  /** It checks or stores a password: work that one document may ask for once. */
  readonly credential?: true;
  /** It answers tokens: where every client must have a key, it needs a proof of it. */
  readonly givesTokens?: true;
  /** The budget that its attempts are counted against. */
  readonly throttle?: ThrottledOperation;
  /** Whose account they are counted for, where the budget is for each account. */
  readonly countedFor?: (
    args: Readonly<Record<string, unknown>>,
    auth: RequestAuth,
  ) => CountedAccount | Promise<CountedAccount>;
  /** With `STEP_UP` it needs a recent sign-in: always, or where its arguments say so. */
  readonly stepUp?: true | ((args: Readonly<Record<string, unknown>>) => boolean);
}

/**
 * Declares the nature of a query or mutation, and makes it so: guard, proof, admin check, step-up and throttle stand in front
 * of the resolver, in this order. What they and the resolver throw leaves it as a `GraphQLError`.
 *
 * @example
 * ```ts
 * @Operation({ access: 'guarded', throttle: 'password_change', countedFor: theCaller })
 * @Mutation(() => TokenPair)
 * ```
 */
export function Operation(nature: OperationNature): MethodDecorator {
  const middlewares = [
    proven(nature.givesTokens === true),
    ...(nature.access === 'admin' ? [adminsOnly] : []),
    ...(nature.stepUp === undefined ? [] : [steppedUp(nature.stepUp)]),
    ...(nature.throttle === undefined ? [] : [throttled(nature.throttle, nature.countedFor)]),
  ];
  const decorators = [
    Extensions({ nature }),
    ...(nature.access === 'open' ? [] : [Authorized()]),
    UseMiddleware(...middlewares),
  ] as MethodDecorator[];
  return (target, name, descriptor) => {
    for (const decorate of decorators) decorate(target, name, descriptor);
  };
}

/** The edge, where what is inside becomes an error of GraphQL, and a request with a bad proof is refused. */
function proven(givesTokens: boolean): MiddlewareFn<AuthContext> {
  return async ({ context: { auth }, info: { operation } }, next) => {
    try {
      const { dpop } = auth.rooms;
      if (dpop !== undefined) await auth.inTime(() => dpop.expectProof(() => auth.prove(), givesTokens));
      // An event of a subscription comes long after its request.
      return await (operation.operation === OperationTypeNode.SUBSCRIPTION ? next() : auth.inTime(next));
    } catch (error) {
      return auth.refuse(error);
    }
  };
}

/** Lets only admins pass. */
const adminsOnly: MiddlewareFn<AuthContext> = async ({ context }, next) => {
  await currentAdmin(context.auth);
  return next();
};

/** Lets only those pass who signed in recently, where step-up is on. */
function steppedUp(stepUp: NonNullable<OperationNature['stepUp']>): MiddlewareFn<AuthContext> {
  return async ({ args, context: { auth } }, next) => {
    const { stepUp: room } = auth.rooms;
    if (room !== undefined && (stepUp === true || stepUp(args))) room.expectRecent(await auth.authenticate());
    return next();
  };
}

/** Counts the operation as an attempt. */
function throttled(
  operation: ThrottledOperation,
  countedFor: OperationNature['countedFor'],
): MiddlewareFn<AuthContext> {
  return async ({ args, context: { auth } }, next) => {
    const counted = await countedFor?.(args, auth);
    return auth.throttle.attempt(counted?.throttle ?? operation, { client: auth.client, ...counted }, next);
  };
}

/** The nature of a root field; undefined for those of other people's resolvers. */
export function natureOf(root: GraphQLObjectType | null | undefined, field: string): OperationNature | undefined {
  const found: GraphQLField<unknown, unknown> | undefined = root?.getFields()[field];
  return found?.extensions['nature'] as OperationNature | undefined;
}
