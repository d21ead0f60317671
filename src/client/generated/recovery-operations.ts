/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type UserRegisterMutationVariables = Exact<{
  username: string;
  password: string;
  email?: string | null | undefined;
}>;


export type UserRegisterMutation = { userRegister: { id: string, username: string, email: string | null, emailVerified: boolean | null } };

export type EmailChangeMutationVariables = Exact<{
  currentPassword: string;
  email: string;
}>;


export type EmailChangeMutation = { emailChange: string };

export type EmailVerifyMutationVariables = Exact<{
  token: string;
}>;


export type EmailVerifyMutation = { emailVerify: string };

export type PasswordResetRequestMutationVariables = Exact<{
  usernameOrEmail: string;
}>;


export type PasswordResetRequestMutation = { passwordResetRequest: boolean };

export type PasswordResetMutationVariables = Exact<{
  token: string;
  newPassword: string;
}>;


export type PasswordResetMutation = { passwordReset: boolean };

export type SecurityEventsQueryVariables = Exact<{ [key: string]: never; }>;


export type SecurityEventsQuery = { securityEvents: Array<{ id: string, event: string, at: string, client: { userAgent: string | null, ipAddress: string | null } }> };

interface TypedDocumentString<Data, Variables> extends String {
  readonly __apiType?: (variables: Variables) => Data;
}

export const UserRegisterDocument = 'mutation UserRegister($username:String!, $password:String!, $email:String){userRegister(username:$username, password:$password, email:$email){id username email emailVerified}}' as TypedDocumentString<UserRegisterMutation, UserRegisterMutationVariables>;
export const EmailChangeDocument = 'mutation EmailChange($currentPassword:String!, $email:String!){emailChange(currentPassword:$currentPassword, email:$email)}' as TypedDocumentString<EmailChangeMutation, EmailChangeMutationVariables>;
export const EmailVerifyDocument = 'mutation EmailVerify($token:String!){emailVerify(token:$token)}' as TypedDocumentString<EmailVerifyMutation, EmailVerifyMutationVariables>;
export const PasswordResetRequestDocument = 'mutation PasswordResetRequest($usernameOrEmail:String!){passwordResetRequest(usernameOrEmail:$usernameOrEmail)}' as TypedDocumentString<PasswordResetRequestMutation, PasswordResetRequestMutationVariables>;
export const PasswordResetDocument = 'mutation PasswordReset($token:String!, $newPassword:String!){passwordReset(token:$token, newPassword:$newPassword)}' as TypedDocumentString<PasswordResetMutation, PasswordResetMutationVariables>;
export const SecurityEventsDocument = 'query SecurityEvents{securityEvents{id event at client{userAgent ipAddress}}}' as TypedDocumentString<SecurityEventsQuery, SecurityEventsQueryVariables>;