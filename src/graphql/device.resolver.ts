import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import type { AuthContext } from './context.ts';
import { currentUser } from './current-user.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';
import { toSession } from './session.resolver.ts';
import { SessionType } from './types.ts';

/** Part of the schema only where devices have names. */
@Resolver()
class DeviceResolver {
  @Operation({ access: 'guarded' })
  @Mutation(() => SessionType, {
    description: "With `DEVICE_NAMES`: gives the device of one of the caller's sessions a name.",
  })
  async sessionRename(
    @Arg('id', () => ID, { description: 'The id, from `sessions`.' }) id: string,
    @Arg('deviceName', () => String, { description: '1 to 64 characters.' }) deviceName: string,
    @Ctx() { auth }: AuthContext,
  ): Promise<SessionType> {
    const user = await currentUser(auth);
    return toSession(await roomOf(auth.rooms, 'devices').rename(user.id, id, deviceName), user.sessionId, auth.rooms);
  }
}

/** What `DEVICE_NAMES` adds. */
export const devicePart: OptionalPart = { resolvers: [DeviceResolver] };
