// One HTTP request by Node's own client. (Its fetch may wait forever for a server that was killed as the request was sent.)
import { once } from 'node:events';
import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true });

/**
 * @param {string} url
 * @param {{method?: string, headers?: object, body?: string, signal?: AbortSignal}} options
 * @returns {Promise<{status: number, headers: object, body: string}>}
 */
export async function exchange(url, { method = 'GET', headers = {}, body = '', signal } = {}) {
  const sent = request(url, { agent, method, headers, signal });
  sent.end(body);
  const [response] = await once(sent, 'response');
  response.setEncoding('utf8');
  let text = '';
  for await (const piece of response) text += piece;
  return { status: response.statusCode, headers: response.headers, body: text };
}
