import { Field, ID, ObjectType } from 'type-graphql';
import { PageInfoType } from './admin-types.ts';
import { SecurityEventType } from './types.ts';

@ObjectType('AuditEvent', { description: 'Something that happened to an account, for admins.' })
export class AuditEventType extends SecurityEventType {
  @Field(() => ID, { description: 'The account it happened to.' })
  userId!: string;

  @Field(() => String, { nullable: true, description: 'Its name. Null if the account was deleted.' })
  username!: string | null;

  @Field(() => ID, { nullable: true, description: 'The admin who did it. Null if it was the user.' })
  actorId!: string | null;

  @Field(() => String, { nullable: true, description: 'Their name. Null if the account was deleted.' })
  actorName!: string | null;
}

@ObjectType('AuditConnection', { description: 'A page of events, newest first.' })
export class AuditConnectionType {
  @Field(() => [AuditEventType], { description: 'The events.' })
  nodes!: AuditEventType[];

  @Field(() => PageInfoType, { description: 'Information about the page.' })
  pageInfo!: PageInfoType;
}
