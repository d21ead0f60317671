/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
export type TokenObtainNamedMutationVariables = Exact<{
  username: string;
  password: string;
  deviceName?: string | null | undefined;
}>;


export type TokenObtainNamedMutation = { tokenObtainPair: { access: string, refresh: string | null } };

export type TokenObtainPairOtpMutationVariables = Exact<{
  challenge: string;
  code: string;
  deviceName?: string | null | undefined;
}>;


export type TokenObtainPairOtpMutation = { tokenObtainPairOtp: { access: string, refresh: string | null } };

export type TokenStepUpMutationVariables = Exact<{
  password: string;
  code?: string | null | undefined;
}>;


export type TokenStepUpMutation = { tokenStepUp: { authenticatedAt: string } };

export type SecondFactorQueryVariables = Exact<{ [key: string]: never; }>;


export type SecondFactorQuery = { secondFactor: { addedAt: string | null, recoveryCodesLeft: number } };

export type TotpSetUpMutationVariables = Exact<{
  password: string;
  code?: string | null | undefined;
}>;


export type TotpSetUpMutation = { totpSetUp: { secret: string, uri: string } };

export type TotpConfirmMutationVariables = Exact<{
  code: string;
}>;


export type TotpConfirmMutation = { totpConfirm: { codes: Array<string> } };

export type TotpRemoveMutationVariables = Exact<{
  password: string;
  code?: string | null | undefined;
}>;


export type TotpRemoveMutation = { totpRemove: boolean };

export type RecoveryCodesRenewMutationVariables = Exact<{
  password: string;
  code?: string | null | undefined;
}>;


export type RecoveryCodesRenewMutation = { recoveryCodesRenew: { codes: Array<string> } };

export type SessionRenameMutationVariables = Exact<{
  id: string | number;
  deviceName: string;
}>;


export type SessionRenameMutation = { sessionRename: { id: string, deviceName: string | null } };

export type AccountExportQueryVariables = Exact<{ [key: string]: never; }>;


export type AccountExportQuery = { accountExport: Record<string, unknown> };

export type AccountDeleteMutationVariables = Exact<{
  password: string;
  code?: string | null | undefined;
}>;


export type AccountDeleteMutation = { accountDelete: boolean };

interface TypedDocumentString<Data, Variables> extends String {
  readonly __apiType?: (variables: Variables) => Data;
}

export const TokenObtainNamedDocument = 'mutation TokenObtainNamed($username:String!, $password:String!, $deviceName:String){tokenObtainPair(username:$username password:$password deviceName:$deviceName){access refresh}}' as TypedDocumentString<TokenObtainNamedMutation, TokenObtainNamedMutationVariables>;
export const TokenObtainPairOtpDocument = 'mutation TokenObtainPairOtp($challenge:String!, $code:String!, $deviceName:String){tokenObtainPairOtp(challenge:$challenge, code:$code, deviceName:$deviceName){access refresh}}' as TypedDocumentString<TokenObtainPairOtpMutation, TokenObtainPairOtpMutationVariables>;
export const TokenStepUpDocument = 'mutation TokenStepUp($password:String!, $code:String){tokenStepUp(password:$password, code:$code){authenticatedAt}}' as TypedDocumentString<TokenStepUpMutation, TokenStepUpMutationVariables>;
export const SecondFactorDocument = 'query SecondFactor{secondFactor{addedAt recoveryCodesLeft}}' as TypedDocumentString<SecondFactorQuery, SecondFactorQueryVariables>;
export const TotpSetUpDocument = 'mutation TotpSetUp($password:String!, $code:String){totpSetUp(password:$password, code:$code){secret uri}}' as TypedDocumentString<TotpSetUpMutation, TotpSetUpMutationVariables>;
export const TotpConfirmDocument = 'mutation TotpConfirm($code:String!){totpConfirm(code:$code){codes}}' as TypedDocumentString<TotpConfirmMutation, TotpConfirmMutationVariables>;
export const TotpRemoveDocument = 'mutation TotpRemove($password:String!, $code:String){totpRemove(password:$password, code:$code)}' as TypedDocumentString<TotpRemoveMutation, TotpRemoveMutationVariables>;
export const RecoveryCodesRenewDocument = 'mutation RecoveryCodesRenew($password:String!, $code:String){recoveryCodesRenew(password:$password, code:$code){codes}}' as TypedDocumentString<RecoveryCodesRenewMutation, RecoveryCodesRenewMutationVariables>;
export const SessionRenameDocument = 'mutation SessionRename($id:ID!, $deviceName:String!){sessionRename(id:$id, deviceName:$deviceName){id deviceName}}' as TypedDocumentString<SessionRenameMutation, SessionRenameMutationVariables>;
export const AccountExportDocument = 'query AccountExport{accountExport}' as TypedDocumentString<AccountExportQuery, AccountExportQueryVariables>;
export const AccountDeleteDocument = 'mutation AccountDelete($password:String!, $code:String){accountDelete(password:$password, code:$code)}' as TypedDocumentString<AccountDeleteMutation, AccountDeleteMutationVariables>;