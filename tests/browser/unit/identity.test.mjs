// Who the page is: tokens that it gives or provides, that end, that are not taken; and the user's own topic.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { settle } from './fake_runtime.mjs';
import { event, openPage } from './page.mjs';

describe('a token', () => {
  const withTokens = (more = {}) => {
    let n = 0;
    const page = openPage({ getToken: async () => `t${++n}`, ...more });
    return Object.assign(page, { asked: () => n });
  };

  it('is the first message, and never in the URL', async () => {
    const { runtime, manager } = withTokens();
    manager.subscribe('a', () => {});
    manager.connect();
    assert.equal(manager.getStatus().state, 'connecting');
    await settle();
    assert.equal(runtime.socket.url, 'ws://bridge.test/api/ws/realtime');
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent.map(({ action, token }) => token ?? action), ['t1', 'subscribe']);
  });

  it('is fetched anew for each connection', async () => {
    const { runtime, manager } = withTokens();
    manager.connect();
    await settle();
    runtime.socket.accept();
    runtime.socket.drop();
    await runtime.advance(1000);
    runtime.socket.accept();
    assert.equal(runtime.socket.sent[0].token, 't2');
  });

  it('that expired is replaced at once', async () => {
    const { runtime, manager, told } = withTokens();
    manager.connect();
    await settle();
    runtime.socket.accept();
    await runtime.advance(20_000);
    runtime.socket.say('disconnect', '$bridge', { code: 4001, reason: 'expired', reconnect: false });
    runtime.socket.drop(4001, 'expired');
    await runtime.advance(0);
    runtime.socket.accept();
    assert.equal(runtime.socket.sent[0].token, 't2');
    assert.deepEqual(told.states.slice(-1), ['connected']);
    assert.deepEqual(told.errors, []);
  });

  it('that is refused twice in a row ends it', async () => {
    const { runtime, manager, told } = withTokens();
    manager.connect();
    await settle();
    runtime.socket.drop(4001, 'bad signature');
    await runtime.advance(0);
    assert.equal(runtime.sockets.length, 2);
    runtime.socket.drop(4001, 'bad signature');
    await runtime.advance(600_000);
    assert.equal(runtime.sockets.length, 2);
    assert.equal(manager.getStatus().state, 'failed');
    assert.equal(told.errors.at(-1).code, 'unauthorized');
  });

  it('that is refused soon after each greeting does not lead to a storm', async () => {
    const { runtime, manager } = withTokens();
    manager.connect();
    await settle();
    for (let i = 0; i < 3; i++) {
      runtime.socket.accept();
      runtime.socket.drop(4001, 'expired');
      await runtime.advance(0);
    }
    assert.equal(runtime.sockets.length, 2, 'at once only the first time');
    assert.ok(manager.getStatus().retryInMs > 0);
  });

  it('is renewed a minute before it ends, by the bridge\'s clock', async () => {
    const { runtime, manager } = withTokens();
    manager.connect();
    await settle();
    runtime.socket.accept({ session_expires_at: '2026-01-15T14:15:00.000Z' });  // ten minutes
    for (let i = 0; i < 17; i++) {
      await runtime.advance(30_000);
      runtime.socket.pong();
    }
    await runtime.advance(29_999);
    assert.equal(runtime.socket.sent.length, 1);
    await runtime.advance(1);
    assert.deepEqual(runtime.socket.sent.at(-1), { action: 'auth', token: 't2' });
    runtime.socket.say('connected', '$bridge', { client_id: 'c1', session_expires_at: '2026-01-15T14:15:00.000Z' });
    assert.equal(manager.getStatus().state, 'connected');
    assert.equal(runtime.sockets.length, 1);
  });

  it('that cannot be had counts as a failed attempt', async () => {
    const { runtime, manager, told } = openPage({ getToken: () => {
      throw new Error('logged out');
    } });
    manager.connect();
    await settle();
    assert.equal(runtime.sockets.length, 0);
    assert.match(told.errors[0].message, /getToken\(\) failed: Error: logged out/);
    assert.equal(manager.getStatus().failures, 1);
    assert.equal(manager.getStatus().retryInMs, 1000);
  });

  it('that never comes counts as one too, after ten seconds', async () => {
    const { runtime, manager } = openPage({ getToken: () => new Promise(() => {}) });
    manager.connect();
    await runtime.advance(10_000);
    assert.equal(manager.getStatus().failures, 1);
  });

  it('that comes after disconnect() opens nothing', async () => {
    const { runtime, manager } = withTokens();
    manager.connect();
    manager.disconnect();
    await settle();
    assert.equal(runtime.sockets.length, 0);
    assert.equal(manager.getStatus().state, 'disconnected');
  });

  it('that fails after disconnect() is no failed attempt', async () => {
    const { manager, told } = openPage({ getToken: () => Promise.reject(new Error('late')) });
    manager.connect();
    manager.disconnect();
    await settle();
    assert.equal(manager.getStatus().failures, 0);
    assert.deepEqual(told.errors, []);
  });

  it('goes into a header over HTTP, and is replaced after 401', async () => {
    const { runtime, manager, refuseWebSocket, asked } = withTokens();
    manager.subscribe('a', () => {});
    manager.connect();
    await settle();
    await refuseWebSocket();
    const before = asked();
    assert.equal(runtime.poll.authorization, `Bearer t${before}`);
    runtime.poll.refuse(401, 'unauthorized');
    await runtime.advance(1000);
    assert.equal(runtime.poll.authorization, `Bearer t${asked()}`);
    assert.ok(asked() > before);
  });

  it('that is needed and cannot be provided ends polling', async () => {
    const { runtime, manager, refuseWebSocket } = openPage();
    manager.subscribe('a', () => {});
    manager.connect();
    await refuseWebSocket();
    runtime.poll.refuse(401, 'unauthorized');
    await runtime.advance(600_000);
    assert.equal(manager.getStatus().state, 'failed');
    assert.equal(runtime.polls.length, 1);
  });
});

describe('a token that never changes', () => {
  it('is the first message, and a header over HTTP', async () => {
    const { runtime, manager, refuseWebSocket } = openPage({ token: 'fixed' });
    manager.subscribe('a', () => {});
    manager.connect();
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent.map(({ action, token }) => token ?? action), ['fixed', 'subscribe']);
    runtime.socket.drop();
    await refuseWebSocket();
    assert.equal(runtime.poll.authorization, 'Bearer fixed');
  });

  it('may be given with connect()', () => {
    const { runtime, manager } = openPage();
    manager.connect({ token: 'later' });
    runtime.socket.accept();
    assert.equal(runtime.socket.sent[0].token, 'later');
  });

  for (const told of [true, false]) {
    it(`ends it when refused, ${told ? 'also where the bridge would take another one' : 'by the code alone'}`, async () => {
      const { runtime, manager, told: { errors } } = openPage({ token: 'fixed' });
      manager.connect();
      runtime.socket.accept();
      if (told) runtime.socket.say('disconnect', '$bridge', { code: 4001, reason: 'expired', reconnect: true });
      runtime.socket.drop(4001, 'expired');
      assert.equal(manager.getStatus().state, 'failed');
      assert.deepEqual(errors.map(({ code }) => code), ['unauthorized']);
      await runtime.advance(3_600_000);
      assert.equal(runtime.sockets.length, 1);
      assert.equal(runtime.polls.length, 0);
    });
  }
});

describe('a bridge of which something is public, which greets everybody', () => {
  it('ends it where the token is bad, without a moment of being connected', async () => {
    const { runtime, manager, told } = openPage({ getToken: async () => 'bad' });
    manager.connect();
    for (let i = 0; i < 2; i++) {
      await runtime.advance(0);
      runtime.socket.greet();
      runtime.socket.say('error', '$bridge', { code: 'unauthorized', message: 'bad signature', action: 'auth' });
      runtime.socket.say('disconnect', '$bridge', { code: 4001, reason: 'bad signature', reconnect: true });
      runtime.socket.drop(4001, 'bad signature');
    }
    await runtime.advance(600_000);
    assert.equal(runtime.sockets.length, 2);
    assert.equal(manager.getStatus().state, 'failed');
    assert.deepEqual([...new Set(told.states)], ['connecting', 'disconnected', 'failed']);
  });

  it('serves what is public to who has no token, and says what is not', () => {
    const { runtime, manager, told, goLive } = openPage();
    goLive(['public']);
    manager.subscribe('private', () => {});
    runtime.socket.say('error', 'private', { code: 'unauthorized', message: 'not for everybody', action: 'subscribe' });
    runtime.socket.event('public', 11);
    assert.equal(manager.getStatus().state, 'connected');
    assert.deepEqual(told.events, ['public 11']);
    assert.deepEqual(told.errors.map(({ code, topic }) => `${code} ${topic}`), ['unauthorized private']);
  });
});

describe('no token', () => {
  it('where one is needed is found out at once, not by a deadline', async () => {
    const { runtime, manager, told } = openPage();
    manager.connect();
    runtime.socket.swallow();
    assert.equal(runtime.socket.pongs, 1, 'something that the bridge must refuse');
    runtime.socket.say('error', '$bridge', { code: 'unauthorized', message: 'send a token first' });
    assert.equal(manager.getStatus().state, 'failed');
    assert.deepEqual(told.errors, [{ code: 'unauthorized', message: 'WebSocket: send a token first; connect() was given no token (4001)' }]);
    await runtime.advance(600_000);
    assert.equal(runtime.sockets.length, 1);
    assert.equal(runtime.polls.length, 0);
  });

  it('is needed where the bridge runs without authentication, which says so and goes on', async () => {
    const { runtime, manager, told } = openPage({ token: 'needless' });
    manager.connect();
    runtime.socket.accept({ secure: false });
    runtime.socket.say('error', '$bridge', { code: 'unauthorized', message: 'connect without a token', action: 'auth' });
    assert.equal(manager.getStatus().state, 'connected');
    assert.equal(told.errors[0].message, 'connect without a token');
  });
});

describe('a token over HTTP', () => {
  /** A page that has gone over to HTTP, with the poll or the stream that holds its topic. */
  const overHttp = async (streams, more = {}) => {
    const page = openPage({ getToken: async () => `t${++page.asked}`, ...more });
    Object.assign(page, { asked: 0 });
    const { runtime, manager } = page;
    runtime.streams = streams;
    manager.subscribe('a', page.note);
    manager.connect();
    await settle();
    await page.refuseWebSocket();
    runtime.poll.answer('e1-10');
    await runtime.advance(0);
    if (streams) runtime.stream.begin();
    await settle();
    return page;
  };

  it('that is taken no more is replaced at once, and the page does not notice', async () => {
    const { runtime, told, asked } = await overHttp(false);
    const before = [...told.states];
    runtime.poll.answer('e1-10');
    await runtime.advance(1000);
    const refused = runtime.poll;
    refused.refuse(401, 'unauthorized');
    await settle();
    assert.notEqual(runtime.poll, refused);
    assert.equal(runtime.poll.authorization, `Bearer t${asked + 1}`);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await settle();
    assert.deepEqual(told.events, ['a 11']);
    assert.deepEqual(told.states, before);
  });

  it('that is refused twice in a row ends it', async () => {
    const { runtime, manager, told } = await overHttp(false);
    for (let i = 0; i < 2; i++) {
      runtime.poll.refuse(401, 'unauthorized');
      await settle();
    }
    assert.equal(manager.getStatus().state, 'failed');
    assert.deepEqual(told.errors.at(-1), { code: 'unauthorized', message: 'refused: unauthorized' });
    const asked = runtime.polls.length;
    await runtime.advance(600_000);
    assert.equal(runtime.polls.length, asked);
  });

  it('that cannot be had now is asked for again with backoff', async () => {
    let works = true;
    const page = await overHttp(false, { getToken: async () => {
      if (!works) throw new Error('offline');
      return 'good';
    } });
    const { runtime, manager, told } = page;
    works = false;
    runtime.poll.refuse(401, 'unauthorized');
    await settle();
    assert.deepEqual(told.errors.at(-1), { code: 'unauthorized', message: 'getToken() failed: Error: offline' });
    assert.notEqual(manager.getStatus().state, 'failed');
    works = true;
    await runtime.advance(1000);
    runtime.poll.answer('e1-11', [event('a', 11)]);
    await settle();
    assert.deepEqual(told.events, ['a 11']);
  });

  it('is renewed before a stream ends, by another stream from the same position', async () => {
    const { runtime, told } = await overHttp(true);
    runtime.stream.event('a', 11);
    runtime.stream.say('connected', '$bridge', { client_id: 's1', session_expires_at: '2026-01-15T14:15:00.000Z' });
    await settle();
    const before = [...told.states];
    const first = runtime.stream;
    for (let i = 0; i < 9 * 60; i++) {
      first.heartbeat();
      await runtime.advance(1000);
      if (runtime.socket.readyState === 0) runtime.socket.drop();  // attempts that fail behind it
    }
    assert.ok(first.aborted);
    assert.equal(runtime.opened.length, 2);
    assert.equal(runtime.stream.cursor, 'e1-11');
    assert.notEqual(runtime.stream.authorization, first.authorization);
    runtime.stream.begin();
    runtime.stream.event('a', 12);
    await settle();
    assert.deepEqual(told.events, ['a 11', 'a 12']);
    assert.deepEqual(told.states, before);
  });

  it('that ends with a stream is replaced', async () => {
    const { runtime, manager, told } = await overHttp(true);
    const { authorization } = runtime.stream;
    runtime.stream.say('disconnect', '$bridge', { code: 4001, reason: 'expired', reconnect: true });
    runtime.stream.end();
    await runtime.advance(1000);
    assert.notEqual(runtime.stream.authorization, authorization);
    runtime.stream.begin();
    runtime.stream.event('a', 11);
    await settle();
    assert.deepEqual(told.events, ['a 11']);
    assert.equal(manager.getStatus().state, 'connected');
  });

  it('that ends with a stream and is the only one ends it', async () => {
    const { runtime, manager } = await overHttp(true, { getToken: undefined, token: 'fixed' });
    runtime.stream.say('disconnect', '$bridge', { code: 4001, reason: 'expired', reconnect: true });
    runtime.stream.end();
    await runtime.advance(600_000);
    assert.equal(manager.getStatus().state, 'failed');
    assert.equal(runtime.opened.length, 1);
  });
});

describe('a provider of tokens', () => {
  it('that gives the same one, which is about to end, is not asked all the time', async () => {
    let asked = 0;
    const { runtime, manager } = openPage({ getToken: async () => `t${++asked}` });
    manager.connect();
    await settle();
    runtime.socket.accept({ session_expires_at: '2026-01-15T14:05:00.010Z' });  // in 10 ms
    for (let i = 0, answered = 1; i < 500; i++) {
      await runtime.advance(10);
      if (asked === answered) continue;
      answered = asked;
      runtime.socket.say('connected', '$bridge', { session_expires_at: '2026-01-15T14:05:00.010Z' });
    }
    assert.ok(asked > 2 && asked <= 6, `${asked} times in 5 s`);
  });

  it('that answers late does not bring back the token of who was logged in before', async () => {
    const answers = [];
    const { runtime, manager, refuseWebSocket } = openPage({ getToken: () => new Promise((resolve) => answers.push(resolve)) });
    manager.subscribe('a', () => {});
    manager.connect();
    manager.disconnect();
    manager.connect({ getToken: async () => 'new user' });
    await settle();
    await refuseWebSocket();
    answers[0]('old user');
    await settle();
    runtime.poll.answer('e1-10');
    await runtime.advance(1000);
    assert.equal(runtime.polls.length, 2);
    assert.equal(runtime.poll.authorization, 'Bearer new user');
  });
});

describe('the topic of the user, which the bridge subscribes by itself', () => {
  const MINE = 'user:42';
  const announce = ({ runtime }, cursor = 'e1-10') => runtime.socket.say('subscription', MINE, { cursor });

  it('brings its events to handlers of their type', () => {
    const page = openPage({ token: 't' });
    page.goLive();
    page.manager.on('thing', page.note);
    announce(page);
    page.runtime.socket.event(MINE, 11);
    assert.deepEqual(page.told.events, [`${MINE} 11`]);
    assert.deepEqual(page.manager.getStats().topics.at(-1), { topic: MINE, cursor: 'e1-11', events: 1 });
  });

  it('serves handlers that come later, and outlives them', () => {
    const page = openPage({ token: 't' });
    page.goLive();
    announce(page);
    const sent = page.runtime.socket.sent.length;
    const leave = page.manager.subscribe(MINE, page.note);
    page.runtime.socket.event(MINE, 11);
    leave();
    page.manager.on('thing', page.note);
    page.runtime.socket.event(MINE, 12);
    assert.deepEqual(page.told.events, [`${MINE} 11`, `${MINE} 12`]);
    assert.equal(page.runtime.socket.sent.length, sent, 'the bridge needs to be told of neither');
  });

  it('is resumed where the page stands, though the bridge announces it at its head first', async () => {
    const page = openPage({ token: 't' });
    const { runtime, told } = page;
    page.goLive([MINE]);
    runtime.socket.drop();
    await runtime.advance(1000);
    runtime.socket.accept();
    announce(page, 'e1-20');
    runtime.socket.event(MINE, 21);
    runtime.socket.acknowledge('e1-10', true);
    for (const offset of [15, 21, 22]) runtime.socket.event(MINE, offset);
    assert.deepEqual(told.gaps, []);
    assert.deepEqual(told.events, [15, 21, 22].map((offset) => `${MINE} ${offset}`));
  });

  it('has a history nevertheless, on the first connection only', async () => {
    const page = openPage({ token: 't' });
    const { runtime, manager } = page;
    manager.subscribe(MINE, page.note, { history: 5 });
    manager.connect();
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent.slice(1).map(({ action, history }) => [action, history]),
      [['unsubscribe', undefined], ['subscribe', 5]]);
    announce(page, 'e1-20');
    runtime.socket.say('unsubscription', MINE, { reason: 'client' });
    runtime.socket.acknowledge('e1-7');
    for (const offset of [8, 20, 21]) runtime.socket.event(MINE, offset);
    assert.deepEqual(page.told.events, [8, 20, 21].map((offset) => `${MINE} ${offset}`));
    assert.deepEqual(page.told.gaps, []);
    runtime.socket.drop();
    await runtime.advance(1000);
    runtime.socket.accept();
    assert.deepEqual(runtime.socket.sent.slice(1).map(({ action, since }) => [action, since]), [['subscribe', { [MINE]: 'e1-21' }]]);
  });

  it('is resumed where no handler but those of a type want it, too', async () => {
    const page = openPage({ token: 't' });
    page.manager.connect();
    page.runtime.socket.accept();
    announce(page);
    page.runtime.socket.drop();
    await page.runtime.advance(1000);
    page.runtime.socket.accept();
    assert.deepEqual(page.runtime.socket.sent.at(-1).since, { [MINE]: 'e1-10' });
  });

  it('is carried along over HTTP', async () => {
    const page = openPage({ token: 't' });
    const { runtime, told } = page;
    page.goLive(['a']);
    announce(page);
    page.manager.on('thing', page.note);
    runtime.socket.drop();
    await page.refuseWebSocket();
    assert.deepEqual(runtime.poll.topics, ['a', MINE]);
    runtime.poll.answer('e1-12', [event(MINE, 12)]);
    await settle();
    assert.deepEqual(told.events, [`${MINE} 12`]);
  });

  it('is followed where a stream announces it', async () => {
    const page = openPage({ token: 't' });
    const { runtime, told } = page;
    runtime.streams = true;
    page.manager.subscribe('a', () => {});
    page.manager.on('thing', page.note);
    page.manager.connect();
    await page.refuseWebSocket();
    runtime.poll.answer('e1-10');
    await settle();
    runtime.stream.begin();
    runtime.stream.say('subscription', MINE, { cursor: 'e1-10' });
    runtime.stream.event(MINE, 11);
    await settle();
    assert.deepEqual(told.events, [`${MINE} 11`]);
  });

  for (const how of ['error', 'unsubscription']) {
    it(`is forgotten when the bridge takes it back by ${how}, as after a login as somebody else`, async () => {
      const page = openPage({ token: 't' });
      const { runtime } = page;
      page.goLive(['a']);
      announce(page);
      runtime.socket.say(how, MINE, { code: 'forbidden', reason: 'forbidden', message: 'not yours' });
      assert.deepEqual(page.manager.getStats().topics.map(({ topic }) => topic), ['a']);
      runtime.socket.drop();
      await runtime.advance(1000);
      runtime.socket.accept();
      assert.deepEqual(runtime.socket.sent.at(-1).topics, ['a']);
    });
  }

  it('is forgotten over HTTP, too, and the others go on', async () => {
    const page = openPage({ token: 't' });
    const { runtime, manager } = page;
    page.goLive(['a']);
    announce(page);
    runtime.socket.drop();
    await page.refuseWebSocket();
    runtime.poll.refuse(403, 'forbidden');
    await settle();
    for (let i = 0; i < 2; i++) {
      if (runtime.poll.topics[0] === MINE) runtime.poll.refuse(403, 'forbidden');
      else runtime.poll.answer('e1-10');
      await settle();
    }
    assert.deepEqual(manager.getStats().topics.map(({ topic }) => topic), ['a']);
    assert.deepEqual(runtime.poll.topics, ['a']);
  });
});

describe('a cookie', () => {
  for (const credentials of [undefined, 'include']) {
    it(`goes to a bridge of another origin over HTTP where the page wants it: ${credentials}`, async () => {
      const { runtime, manager } = openPage();
      runtime.streams = true;
      manager.subscribe('a', () => {});
      manager.connect({ credentials });
      await settle();
      for (let i = 0; i < 4; i++) {
        runtime.socket.drop();
        await runtime.advance(manager.getStatus().retryInMs);
      }
      assert.equal(runtime.poll.credentials, credentials);
      runtime.poll.answer('e1-10');
      await runtime.advance(0);
      assert.equal(runtime.stream.credentials, credentials);
    });
  }
});
