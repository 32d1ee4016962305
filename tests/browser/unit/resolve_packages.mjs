// web/integrations imports packages of the page by name; in tests they are those installed here.
const here = import.meta.url;

/** @type {import('node:module').ResolveHook} */
export function resolve(specifier, context, next) {
  const isPackage = /^[a-z@]/.test(specifier) && !specifier.startsWith('node:') && context.parentURL?.includes('/web/integrations/');
  return next(specifier, isPackage ? { ...context, parentURL: here } : context);
}
