// An Apollo Server of your own, with the token system mounted beside a resolver of yours.
import 'reflect-metadata';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { createAuth, type AuthContext } from 'graphql-simplejwt';
import { Arg, Authorized, buildSchema, Ctx, Mutation, Query, Resolver } from 'type-graphql';

const auth = await createAuth({
  signingKey: process.env['JWT_SIGNING_KEY'] ?? 'an-example-key-of-at-least-32-bytes!',
  accessTokenLifetime: '10m',
  dataDir: process.env['DATA_DIR'] ?? './data',
  // Custom claims: refreshing carries them along, and `@Authorized('editor')` asks for one of the `roles`.
  claims: (user) => ({ roles: user.username === 'erin' ? ['editor'] : [] }),
  onLoginFailed: ({ username }, { ipAddress }) => console.warn(`sign-in of ${username} from ${ipAddress} refused`),
});

@Resolver()
class NoteResolver {
  readonly #notes = new Map<string, string[]>();

  @Query(() => String)
  motd(): string {
    return 'Everybody may read this.';
  }

  @Authorized()
  @Query(() => [String])
  async notes(@Ctx() context: AuthContext): Promise<string[]> {
    const { user } = await context.auth.authenticate();
    return this.#notes.get(user.id) ?? [];
  }

  @Authorized('editor')
  @Mutation(() => [String])
  async addNote(@Arg('text', () => String) text: string, @Ctx() context: AuthContext): Promise<string[]> {
    const { user } = await context.auth.authenticate();
    const notes = [...(this.#notes.get(user.id) ?? []), text];
    this.#notes.set(user.id, notes);
    return notes;
  }
}

const schema = await buildSchema({
  resolvers: [...auth.resolvers, NoteResolver],
  authChecker: auth.guard,
  validate: false,
});

const server = new ApolloServer<AuthContext>({
  schema,
  validationRules: auth.validationRules,
  formatError: auth.formatError,
  includeStacktraceInErrorResponses: false,
});

// An account to try it with: erin may add notes.
if ((await auth.users.findByUsername('erin')) === null) {
  await auth.users.create({ username: 'erin', password: 'wonderland123!' });
}

const { url } = await startStandaloneServer(server, {
  context: auth.context,
  listen: { host: '127.0.0.1', port: Number(process.env['PORT'] ?? 4001) },
});
console.log(`listening ${url}`);

process.once('SIGTERM', () => {
  void server.stop().then(() => auth.close());
});
