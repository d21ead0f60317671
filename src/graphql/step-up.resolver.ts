import { GraphQLDateTime } from 'graphql-scalars';
import { Arg, Ctx, Field, Mutation, ObjectType, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { currentUser, theCaller } from './current-user.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';

@ObjectType('SteppedUp', { description: 'A sign-in that is recent again.' })
class SteppedUpType {
  @Field(() => GraphQLDateTime, { description: 'When the user signed in, as the claim `auth_time` says it now.' })
  authenticatedAt!: Date;

  @Field(() => String, {
    nullable: true,
    description: 'An access token with that claim, in place of the one that was sent. Null for a sliding token.',
  })
  access!: string | null;

  @Field(() => GraphQLDateTime, { nullable: true, description: 'When the access token expires.' })
  accessExpiresAt!: Date | null;
}

/** Part of the schema only where step-up is on. */
@Resolver()
class StepUpResolver {
  @Operation({ access: 'guarded', credential: true, throttle: 'password_change', countedFor: theCaller })
  @Mutation(() => SteppedUpType, {
    description:
      "With `STEP_UP`: makes the sign-in of the caller's session recent again, for operations that fail with the reason `step_up_required`. Repeat them afterwards. The refresh token stays as it is.",
  })
  async tokenStepUp(
    @Arg('password', () => String, { description: 'The current password.' }) password: string,
    @Arg('code', () => String, {
      nullable: true,
      description: 'A code of the second factor, or a recovery code, where the user has one.',
    })
    code: string | null | undefined,
    @Ctx() { auth }: AuthContext,
  ): Promise<SteppedUpType> {
    const { id } = await currentUser(auth);
    const caller = await auth.authenticate();
    const { authenticatedAt, access } = await roomOf(auth.rooms, 'stepUp').renew(
      caller,
      id,
      { password, code },
      auth.client,
    );
    return { authenticatedAt, access: access && access.token, accessExpiresAt: access && access.expiresAt };
  }
}

/** What `STEP_UP` adds. */
export const stepUpPart: OptionalPart = { resolvers: [StepUpResolver], types: [SteppedUpType] };
