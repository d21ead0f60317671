import 'reflect-metadata';
import { afterEach, describe, expect, test } from '@jest/globals';
import { graphql, printSchema } from 'graphql';
import { Authorized, Ctx, Field, FieldResolver, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { createAuth, type Auth, type AuthOptions } from '../../src/graphql/auth.ts';
import type { AuthContext } from '../../src/graphql/context.ts';
import { buildAuthSchema } from '../../src/graphql/optional.ts';
import { UserType } from '../../src/graphql/types.ts';
import { PASSWORD, TEST_KEY } from '../support/server.ts';
import { newPlace, type Place } from '../support/stores.ts';

@ObjectType('User')
class Customer {
  @Field(() => String)
  company!: string;
}

@Resolver()
class CustomerResolver {
  @Authorized()
  @Query(() => Customer)
  customer(): Customer {
    return { company: 'Acme' };
  }
}

@Resolver()
class GreetingResolver {
  @Query(() => String, { name: 'hello' })
  greet(): string {
    return 'hello of the application';
  }
}

@ObjectType('AuthUser')
class Rival {
  @Field(() => String)
  name!: string;
}

@Resolver()
class RivalResolver {
  @Query(() => Rival)
  rival(): Rival {
    return { name: 'Bob' };
  }
}

/** A field of the application on our type. */
@Resolver(() => UserType)
class InitialResolver {
  @FieldResolver(() => String)
  initial(@Root() { username }: UserType): string {
    return username.slice(0, 1);
  }
}

@ObjectType()
class Member extends UserType {
  @Field(() => String)
  plan!: string;
}

@Resolver()
class MemberResolver {
  @Authorized()
  @Query(() => Member)
  async member(@Ctx() { auth }: AuthContext): Promise<Member> {
    const { user } = await auth.authenticate();
    const account = await auth.users.find(user.id);
    if (account === null) throw new Error('gone');
    return { ...account, plan: 'gold' };
  }
}

describe('a schema of our types and those of an application', () => {
  let auth: Auth | undefined;
  let place: Place;
  const open = async (options: Partial<AuthOptions> = {}) => {
    place = newPlace('sqlite');
    auth = await createAuth({ signingKey: TEST_KEY, passwordHashCost: 4, ...place.options, ...options });
    return auth;
  };
  afterEach(async () => {
    await auth?.close();
    auth = undefined;
    await place.remove();
  });
  const ask = async (library: Auth, source: string, resolvers: Parameters<Auth['buildSchema']>[0]) => {
    const alice = await library.users.create({ username: 'alice', password: PASSWORD });
    const { access } = await library.tokens.forUser(alice);
    const contextValue = await library.context({ req: { headers: { authorization: `Bearer ${access.token}` } } });
    return graphql({ schema: library.buildSchema(resolvers), source, contextValue });
  };

  test('has our types under a prefix, beside types of the same name', async () => {
    const library = await open({ typePrefix: 'Auth' });
    const resolvers = [...library.adminResolvers, CustomerResolver];
    const answer = await ask(library, '{ me { __typename username } customer { __typename company } }', { resolvers });
    expect(answer).toEqual({
      data: {
        me: { __typename: 'AuthUser', username: 'alice' },
        customer: { __typename: 'User', company: 'Acme' },
      },
    });
    const printed = printSchema(library.buildSchema({ resolvers }));
    const names = Array.from(printed.matchAll(/^(?:type|enum|input|union|interface) (\w+)/gm), ([, name]) => name);
    expect(names.filter((name) => !name?.startsWith('Auth'))).toEqual(['Query', 'User', 'Mutation']);
    expect(names).toContain('AuthKeyState');
  });

  test('has them without, for others in the same process', async () => {
    const before = printSchema(await buildAuthSchema({ registration: false }));
    const library = await open({ typePrefix: 'Auth', operations: ['me'] });
    library.buildSchema();
    expect(() => library.buildSchema({ resolvers: [RivalResolver] })).toThrow('AuthUser: is the name of two types');
    expect(printSchema(await buildAuthSchema({ registration: false }))).toBe(before);
  });

  test('is refused where two types have one name, and both are named', async () => {
    const library = await open();
    expect(() => library.buildSchema({ resolvers: [CustomerResolver] })).toThrow(
      "User: is the name of two types, the class Customer and the class UserType of graphql-simplejwt. Expected another name, or createAuth({ typePrefix: 'Auth' }).",
    );
  });

  test('is refused where two operations have one name, and both are named', async () => {
    const library = await open();
    expect(() => library.buildSchema({ resolvers: [GreetingResolver] })).toThrow(
      'hello: is the name of GreetingResolver.greet and an operation of graphql-simplejwt. Expected another name, or `operations` without it.',
    );
  });

  test('has only the operations that are named, and types that these need', async () => {
    const library = await open({ operations: ['tokenObtainPair', 'tokenRefresh'] });
    const printed = printSchema(library.buildSchema({ resolvers: [CustomerResolver, GreetingResolver] }));
    const fields = Array.from(printed.matchAll(/^ {2}(\w+)[(:].*/gm), ([, name]) => name);
    expect(fields).toEqual(expect.arrayContaining(['customer', 'hello', 'tokenObtainPair', 'tokenRefresh']));
    expect(printed).not.toMatch(/\bme:|tokenVerify|sessions:|type Session/);
  });

  test.each(['', 'Auth'])('takes fields on our classes, and classes made of them; prefix "%s"', async (typePrefix) => {
    const library = await open({ typePrefix });
    const resolvers = [InitialResolver, MemberResolver];
    const answer = await ask(library, '{ me { initial } member { __typename username plan } }', { resolvers });
    expect(answer).toEqual({
      data: { me: { initial: 'a' }, member: { __typename: 'Member', username: 'alice', plan: 'gold' } },
    });
  });

  test.each([
    [{ typePrefix: '1st' }, 'typePrefix: got "1st"'],
    [{ typePrefix: '__a' }, 'typePrefix: got "__a"'],
    [{ typePrefix: 'a-b' }, 'typePrefix: got "a-b"'],
    [{ operations: ['tokenObtain', 'me'] }, 'operations: got tokenObtain, expected some of activity, hello,'],
    [{ operations: ['userRegister'] }, 'operations: got userRegister'],
    [{ operations: [] }, 'operations: got none'],
  ])('is not begun with %j', async (options, message) => {
    await expect(open(options)).rejects.toThrow(message);
  });

  test.each([{ typePrefix: 'Auth' }, { operations: ['me'] }])(
    'does not hand out resolvers without %j',
    async (options) => {
      const library = await open(options);
      expect(() => library.resolvers).toThrow('does not reach auth.resolvers. Expected auth.buildSchema(');
    },
  );
});
