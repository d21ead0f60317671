/** Fields that look at no header: what they answer about a token says nothing about the one that was sent. */
export const OPEN_FIELDS: readonly string[] = ["tokenObtainPair","tokenRefresh","tokenVerify","tokenBlacklist","tokenObtainSliding","tokenRefreshSliding","tokenObtainPairOtp","tokenObtainSlidingOtp","userRegister","emailVerify","passwordResetRequest","passwordReset"];
