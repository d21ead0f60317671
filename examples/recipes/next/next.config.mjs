/** What runs on the server alone is loaded as it is, and not bundled. */
export default {
  serverExternalPackages: ['graphql-simplejwt', '@apollo/server', '@as-integrations/next', 'graphql'],
};
