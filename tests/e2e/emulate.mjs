// Runs emulate's Slack with what its command line cannot set:
//
//   node emulate.mjs PORT EVENTS_URL SIGNING_SECRET
//
// It subscribes EVENTS_URL to messages (0.12.2 signs and delivers events, and offers no way to subscribe), does not keep
// the poster waiting for that delivery, names the kind of channel as Slack does ("channel_type"), and shows the open
// views under /views. All else is emulate's own.
import { createEmulator } from 'emulate';
import { slackPlugin } from './node_modules/emulate/dist/dist-6ZQHD4DN.js'; // the version is locked, and so is its name

const [port, url, secret] = process.argv.slice(2);

const register = slackPlugin.register;
slackPlugin.register = (app, store, webhooks, ...rest) => {
  const dispatch = webhooks.dispatch.bind(webhooks);
  webhooks.dispatch = async (event, action, payload, ...where) => {
    const channel = store.collection('slack.channels').findOneBy('channel_id', payload.event?.channel);
    if (channel?.is_im) payload.event.channel_type = 'im';
    dispatch(event, action, payload, ...where);
  };
  webhooks.register({ owner: 'slack', active: true, events: ['message'], url });
  register(app, store, webhooks, ...rest);
  app.get('/views', (c) => c.json(store.collection('slack.views').all()));
};

const bot = { app_id: 'A0HAVEN', bot_id: 'B0HAVEN', bot_user_id: 'U0HAVEN' };
await createEmulator({
  service: 'slack',
  port: Number(port),
  seed: {
    slack: {
      signing_secret: secret,
      strict_scopes: true,
      team: { name: 'Northwind', domain: 'northwind' },
      users: [{ name: 'sam', real_name: 'Sam Carter' }],
      oauth_apps: [
        { ...bot, bot_name: 'haven', name: 'Haven', client_id: '1.2', client_secret: 'unused', redirect_uris: [], scopes: [] },
      ],
      tokens: [
        { token: 'xoxb-haven', type: 'bot', user: 'U0HAVEN', ...bot, scopes: ['chat:write', 'im:write', 'im:history', 'users:read', 'commands'] },
        { token: 'xoxp-sam', type: 'user', user: 'sam', scopes: ['chat:write', 'im:write', 'im:history', 'im:read', 'users:read'] },
      ],
    },
  },
});
