// Log lines as the console reads them out of events, and those that wait while it is paused.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { gapLine, lineOf, LogLines, MAX_LINES } from '../../../web/console/log_lines.js';
import { WaitingLines } from '../../../web/console/waiting_lines.js';

const at = '2026-01-15T14:05:00.120Z';
const event = (data) => ({ type: 'log', topic: 'logs', timestamp: at, data, offset: 1 });
const messageOf = (message, level = 'debug') => lineOf(event({ message, level })).message;

describe('a log line', () => {
  it('leaves out the time and level at its beginning, which have columns', () => {
    assert.equal(messageOf('2026-01-15T14:05:00.101Z debug client connected'), 'client connected');
    assert.equal(messageOf('2026-01-15T14:05:00,101+00:00 DEBUG  client connected'), 'client connected');
    assert.equal(messageOf('2026-01-15T14:05:00Z client connected'), 'client connected');
  });
  it('keeps what no column says', () => {
    for (const message of ['2026-01-15T12:00:00Z debug read late', 'debug is on', '2026-01-15T14:05:00Z', '2026-99-99T14:05:00Z x y']) {
      assert.equal(messageOf(message), message);
    }
    assert.equal(messageOf('2026-01-15T14:05:00Z fatal flaw'), 'fatal flaw');
  });
  it('is made of anything', () => {
    const { level, source, message, fields } = lineOf(event({ level: null, message: { a: 1 }, source: 5, fields: { x: null, y: [1] } }));
    assert.deepEqual([level, source, message, fields], ['info', '5', '{"a":1}', 'x=null y=[1]']);
    assert.equal(lineOf(event({ fields: 'text' })).fields, '');
  });
});

describe('waiting lines', () => {
  it('are counted truly, and a line stands for those that were let go', () => {
    const waiting = new WaitingLines();
    waiting.add(gapLine('lost before'));
    for (let i = 0; i < MAX_LINES + 5; i++) waiting.add(lineOf(event({ message: `${i}` })));
    assert.equal(waiting.count, MAX_LINES + 5);
    const lines = waiting.take();
    assert.equal(lines[0].message, '9,999 lines came here and could not be kept');
    assert.equal(lines[1].message, '9999');
    assert.equal(waiting.count, 0);
    assert.deepEqual(waiting.take(), []);
  });
});

describe('what is kept of the log', () => {
  it('counts lines, not what stands for missed ones', () => {
    const lines = new LogLines();
    lines.add([lineOf(event({ level: 'info' })), gapLine('a hole'), lineOf(event({ level: 'error' }))]);
    assert.deepEqual(lines.counts, { all: 2, shown: 2 });
    lines.filter('error', '');
    assert.deepEqual(lines.counts, { all: 2, shown: 1 });
    lines.add(Array.from({ length: MAX_LINES }, () => lineOf(event({ level: 'error' }))));
    assert.equal(lines.counts.all, lines.counts.shown);
  });
});
