// The token store and the Apollo client of a React Native app. The refresh token is in the Keychain or Keystore.
import { ApolloClient, ApolloLink, HttpLink, InMemoryCache } from '@apollo/client';
import * as SecureStore from 'expo-secure-store';
import { createAuthLink, createTokenStore, itemStorage, type ItemStorage } from 'graphql-simplejwt/apollo-client';
import { AppState } from 'react-native';

const url = 'https://api.example.com/graphql';
const options = { keychainAccessible: SecureStore.AFTER_FIRST_UNLOCK_THIS_DEVICE_ONLY };
const keychain: ItemStorage = {
  getItem: (key) => SecureStore.getItem(key, options), // synchronous, so that the first screen knows who is signed in
  setItem: (key, value) => SecureStore.setItemAsync(key, value, options),
  removeItem: (key) => SecureStore.deleteItemAsync(key, options),
};

export const tokens = createTokenStore({ url, storage: itemStorage(keychain, 'tokens') }); // Expo takes no name with : or /
export const client = new ApolloClient({
  link: ApolloLink.from([createAuthLink({ tokens }), new HttpLink({ uri: url })]),
  cache: new InMemoryCache(),
});

// A refresh that was cut off when the app went to the background is asked for again when it comes back.
AppState.addEventListener('change', (state) => {
  if (state === 'active') void tokens.accessToken().catch(() => {});
});
