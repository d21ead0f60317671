import { GraphQLDateTime } from 'graphql-scalars';
import { Field, Int, ObjectType } from 'type-graphql';

@ObjectType('SecondFactor', { description: "The caller's second factor." })
export class SecondFactorType {
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'When the authenticator app was added; null while sign-ins ask for no code.',
  })
  addedAt!: Date | null;

  @Field(() => Int, { description: 'Recovery codes that were not used yet.' })
  recoveryCodesLeft!: number;
}

@ObjectType('TotpSetup', { description: 'What an authenticator app needs to know. It is shown this once.' })
export class TotpSetupType {
  @Field(() => String, { description: 'The secret in base32, to be typed into the app.' })
  secret!: string;

  @Field(() => String, { description: 'The `otpauth` URI: show it as a QR code, or as a link on the phone itself.' })
  uri!: string;
}

@ObjectType('RecoveryCodes', { description: 'Codes that sign the user in without the app. They are shown this once.' })
export class RecoveryCodesType {
  @Field(() => [String], {
    description: 'Ten codes, each good for one sign-in. Ask the user to keep them somewhere safe.',
  })
  codes!: readonly string[];
}
