// Pages that are rendered on a server first import everything there too, where there is no document.
import { readdirSync } from 'node:fs';
import { register } from 'node:module';
import { it } from 'node:test';

const INTEGRATIONS = new URL('../../../web/integrations/', import.meta.url);

register('./resolve_packages.mjs', import.meta.url);
for (const name of readdirSync(INTEGRATIONS).filter((file) => file !== 'shared_worker.js')) {
  it(`${name} may be imported where there is no page`, async () => {
    await import(new URL(name, INTEGRATIONS));
  });
}
