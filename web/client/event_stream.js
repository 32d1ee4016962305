/**
 * Reads Server-Sent Events from a response as they arrive. Unlike EventSource it lets the request carry a token in a
 * header and shows which status it was answered with.
 * @param {Response} response
 * @param {(data: string, id: string) => void} take one event; `id` is the cursor, empty where the event has none
 * @param {() => void} alive any bytes came, heartbeats too
 * @returns {Promise<void>} at the end of the stream
 */
export async function readEventStream({ body }, take, alive) {
  const reader = /** @type {ReadableStream<Uint8Array>} */ (body).getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    alive();
    const blocks = (text + decoder.decode(value, { stream: true })).split(/\r?\n\r?\n/);
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const [, data] = /^data: ?(.*)$/m.exec(block) ?? [];
      if (data) take(data, /^id: ?(.*)$/m.exec(block)?.[1] ?? '');
    }
  }
}
