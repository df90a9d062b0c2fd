// An OpenID provider for the specs: the npm package oidc-provider with every
// grant that satchel.oauth has, tokens that live for seconds, refresh tokens
// that are replaced with each use, introspection for Dovecot, and a page that
// signs in whom the specs name and agrees to everything.
//   node provider.mjs SECONDS KEY.pem USER
// prints "issuer http://127.0.0.1:PORT" when it listens.
import { createPublicKey } from 'node:crypto';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const require = createRequire(pathToFileURL(`${process.cwd()}/`));
const { Provider } = await import(pathToFileURL(require.resolve('oidc-provider')));

const [seconds, keyFile, user] = process.argv.slice(2);
const lifetime = Number(seconds);
const device = 'urn:ietf:params:oauth:grant-type:device_code';
const jwk = createPublicKey(readFileSync(keyFile)).export({ format: 'jwk' });

const none = { redirect_uris: [], response_types: [], grant_types: [] };
const application = { ...none, grant_types: ['client_credentials'] };
const clients = [
  { ...none, client_id: 'device', token_endpoint_auth_method: 'none',
    grant_types: [device, 'refresh_token'] },
  { client_id: 'code', token_endpoint_auth_method: 'none', application_type: 'native',
    redirect_uris: ['http://127.0.0.1/done'], response_types: ['code'],
    grant_types: ['authorization_code', 'refresh_token'] },
  { ...application, client_id: 'basic', client_secret: 'basic s3cret/+&',
    token_endpoint_auth_method: 'client_secret_basic' },
  { ...application, client_id: 'post', client_secret: 'post s3cret',
    token_endpoint_auth_method: 'client_secret_post' },
  { ...application, client_id: 'key', token_endpoint_auth_method: 'private_key_jwt',
    jwks: { keys: [{ ...jwk, use: 'sig' }] } },
  { ...none, client_id: 'dovecot', client_secret: 'dovecot-secret' },
];

const configuration = {
  clients,
  scopes: ['openid', 'offline_access', 'mail'],
  pkce: { required: () => true },
  rotateRefreshToken: true,
  issueRefreshToken: (ctx, client) => client.grantTypeAllowed('refresh_token'),
  findAccount: (ctx, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
  // whose mailbox an application without a user opens
  extraTokenClaims: (ctx, token) => ({ username: token.accountId ?? user }),
  interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
  cookies: { keys: ['specs'] },
  features: {
    devInteractions: { enabled: false },
    deviceFlow: { enabled: true },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    revocation: { enabled: true },
  },
  ttl: {
    AccessToken: lifetime, ClientCredentials: lifetime, RefreshToken: 3600, Grant: 3600,
    AuthorizationCode: 60, DeviceCode: 60, Interaction: 60, Session: 3600, IdToken: 60,
  },
};

async function agree(provider, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  const result = {};
  if (prompt.name === 'login') {
    result.login = { accountId: user };
  } else {
    const grant = grantId ? await provider.Grant.find(grantId)
      : new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
    grant.addOIDCScope(params.scope);
    result.consent = { grantId: await grant.save() };
  }
  await provider.interactionFinished(request, response, result,
    { mergeWithLastSubmission: true });
}

const server = createServer();
server.listen(0, '127.0.0.1', () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, configuration);
  const handle = provider.callback();
  provider.on('server_error', (ctx, error) => console.log('server_error', error));
  server.on('request', (request, response) => {
    if (!request.url.startsWith('/interaction/')) return handle(request, response);
    return agree(provider, request, response).catch((error) => {
      response.statusCode = 500;
      response.end(String(error.stack));
    });
  });
  console.log(`issuer ${issuer}`);
});
