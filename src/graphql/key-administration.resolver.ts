import { Ctx, Mutation, Resolver } from 'type-graphql';
import { roomOf } from '../core/rooms.ts';
import { KeyInfoType } from './admin-types.ts';
import type { AuthContext } from './context.ts';
import { actingAdmin } from './current-admin.ts';
import { Operation } from './operation.ts';
import type { OptionalPart } from './optional-part.ts';

/** Part of the schema only where admins may change the ring. */
@Resolver()
class KeyAdministrationResolver {
  @Operation({ access: 'admin', stepUp: true })
  @Mutation(() => [KeyInfoType], {
    description:
      'For admins: publishes a new key in the key ring, which signs after ten minutes, and returns all keys. The keys before it verify until their last token has expired, so nobody is signed out. Refused while a key waits to sign. After a theft use the command `keys rotate --emergency` instead. With `STEP_UP` it needs a recent sign-in. Part of the schema with `KEY_ADMINISTRATION`.',
  })
  async keyRotate(@Ctx() { auth }: AuthContext): Promise<readonly KeyInfoType[]> {
    return roomOf(auth.rooms, 'keyRotation').rotate(await actingAdmin(auth));
  }
}

/** What `KEY_ADMINISTRATION` adds. */
export const keyAdministrationPart: OptionalPart = { adminResolvers: [KeyAdministrationResolver] };
