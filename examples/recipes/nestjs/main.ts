import 'reflect-metadata';
import { mergeSchemas } from '@graphql-tools/schema';
import { ApolloDriver, type ApolloDriverConfig } from '@nestjs/apollo';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Context, GraphQLModule, Query, Resolver } from '@nestjs/graphql';
import { createAuth, type Auth, type AuthContext } from 'graphql-simplejwt';

const AUTH = Symbol('auth');
const { JWT_SIGNING_KEY, DATA_DIR = 'data', PORT = '4000' } = process.env;

const auth = {
  provide: AUTH,
  useFactory: () => createAuth({ signingKey: JWT_SIGNING_KEY, dataDir: DATA_DIR }),
};

/** `@Inject(AUTH)` in your own providers gives them `users`, `sessions` and `tokens`. */
@Module({ providers: [auth], exports: [auth] })
class AuthModule {}

@Resolver()
class NotesResolver {
  @Query(() => [String])
  async notes(@Context() context: AuthContext): Promise<string[]> {
    const { user } = await context.auth.authenticate();
    return [`a note of ${user.username}`];
  }
}

@Module({
  imports: [
    GraphQLModule.forRootAsync<ApolloDriverConfig>({
      driver: ApolloDriver,
      imports: [AuthModule],
      inject: [AUTH],
      useFactory: (auth: Auth) => ({
        autoSchemaFile: true,
        playground: false,
        context: auth.context,
        formatError: auth.formatError,
        validationRules: auth.validationRules,
        transformSchema: (schema) => mergeSchemas({ schemas: [schema, auth.buildSchema()] }),
      }),
    }),
  ],
  providers: [NotesResolver],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ['error'] });
app.enableShutdownHooks();
await app.listen(Number(PORT), '127.0.0.1');
console.log(`listening ${await app.getUrl()}/graphql`);
