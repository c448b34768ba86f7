// Two OpenID providers on loopback for the tests of sign-in through Google and Apple: node oidc-provider.mjs <google port> <apple port>.
// Whom somebody signs in as is said by the login_hint that a test adds to the authorization request: their claims, JSON in base64url.
import { createPublicKey } from 'node:crypto';
import { Provider } from 'oidc-provider';
import { jwtVerify } from 'jose';

const people = new Map();
const teamKey = process.env.APPLE_PUBLIC_KEY && createPublicKey(process.env.APPLE_PUBLIC_KEY);

function start(port, appleLike) {
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: 'the-client', client_secret: 'the-secret', redirect_uris: ['http://127.0.0.1/'], grant_types: ['authorization_code'], response_types: ['code'],
      token_endpoint_auth_method: 'client_secret_post', id_token_signed_response_alg: appleLike ? 'ES256' : 'RS256',
    }],
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'ES256'] },
    cookies: { keys: ['a key for tests'] },
    scopes: ['openid', 'email', 'profile', 'name'],
    claims: { email: ['email', 'email_verified'], profile: ['name'], openid: ['sub'] },
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    features: { devInteractions: { enabled: false }, userinfo: { enabled: false } },
    findAccount: (ctx, id) => people.has(id) && { accountId: id, claims: () => people.get(id) },
    interactions: { url: (ctx, interaction) => `/interaction/${interaction.uid}` },
    async loadExistingGrant(ctx) {
      const grant = new provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId });
      grant.addOIDCScope('openid email profile name');
      await grant.save();
      return grant;
    },
    jwks: { keys: JSON.parse(process.env.PROVIDER_KEYS) },
  });
  // The host under test has a port of its own in every run.
  provider.Client.prototype.redirectUriAllowed = (uri) => /^http:\/\/127\.0\.0\.1:\d+\/v1\/auth\/oauth\/(google|apple)\/callback$/.test(uri);
  provider.use(async (ctx, next) => {
    if (ctx.path.startsWith('/interaction/')) {
      const { params } = await provider.interactionDetails(ctx.req, ctx.res);
      const person = JSON.parse(Buffer.from(params.login_hint, 'base64url'));
      people.set(person.sub, person);
      ctx.redirect(await provider.interactionResult(ctx.req, ctx.res, person.declines ? { error: 'access_denied' } : { login: { accountId: person.sub } }));
      return;
    }
    if (ctx.path === '/token' && appleLike) {
      // Apple's secret is a JWT signed with the team's key; checked here as Apple documents it.
      const chunks = [];
      for await (const chunk of ctx.req) chunks.push(chunk);
      const form = Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString()));
      const { payload, protectedHeader } = await jwtVerify(form.client_secret, teamKey, { issuer: 'TEAM123456', audience: issuer, subject: 'the-client', algorithms: ['ES256'], maxTokenAge: '10m' });
      if (protectedHeader.kid !== 'KEY1234567' || payload.exp - payload.iat > 15777000) throw new Error('not as Apple wants it');
      ctx.req.body = { ...form, client_secret: 'the-secret' };
    }
    await next();
  });
  return new Promise((resolve) => provider.listen(port, '127.0.0.1', resolve));
}

await start(Number(process.argv[2]), false);
await start(Number(process.argv[3]), true);
console.log('ready');
