import { untilEnded } from '../core/live/until-ended.ts';
import type { AuthContext } from './context.ts';

/**
 * A subscription for those who are signed in, which ends when they no longer are.
 *
 * @throws GraphQLError at a `next`, whose `cause` is the AuthError
 */
export const subscription = <Event>(
  { auth }: AuthContext,
  source: AsyncIterable<Event>,
): AsyncIterableIterator<Event> =>
  untilEnded(source, async (ended) => {
    const watch = await auth.watch(ended);
    return () => watch.close();
  });
