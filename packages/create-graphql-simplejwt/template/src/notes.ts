import type { AuthContext } from 'graphql-simplejwt';
import { Authorized, Ctx, Query, Resolver } from 'type-graphql';

@Resolver()
export class NoteResolver {
  @Authorized()
  @Query(() => [String])
  async notes(@Ctx() context: AuthContext): Promise<string[]> {
    const { user } = await context.auth.authenticate();
    return [`a note of ${user.username}`];
  }
}
