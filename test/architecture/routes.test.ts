import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openapiDocument } from '#lib/http/openapi.ts';
import { allPaths, type Route } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { functions } from './template.ts';

/** Each http event with its function. */
const events = functions.flatMap(([name, { events: own }]) =>
  own.flatMap(({ http }) => (http ? [{ ...http, name }] : [])),
);
const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const trimmed = (path: string) => path.replace(/^\//, '');
const eventsAt = (path: string) => events.filter((event) => trimmed(event.path) === trimmed(path));
const all = Object.values<Route>(routes).map((route) => ({ ...route, paths: allPaths(route) }));

describe('the routes', () => {
  it('are those that serverless.yml sends to the functions of their names', () => {
    for (const { name, methods, paths, private: isPrivate } of all)
      for (const path of paths)
        for (const method of methods) {
          const own = eventsAt(path).filter((event) => event.name === kebab(name));
          const event =
            own.find((one) => one.method === method.toLowerCase()) ??
            own.find((one) => one.method === 'any');
          expect(event?.private, `${method} ${path} of ${name}`).toBe(isPrivate);
        }
    const paths = new Set(all.flatMap((known) => known.paths.map(trimmed)));
    const unknown = events.filter(({ path }) => !paths.has(trimmed(path)));
    expect(unknown.map(({ path }) => path)).toEqual(['{proxy+}']);
  });

  it('leave the other methods of each path to one function, which knows those of the others', () => {
    for (const path of new Set(all.flatMap((known) => known.paths))) {
      const takers = eventsAt(path).filter(({ method }) => method === 'any');
      expect(takers, path).toHaveLength(1);
      const here = all.filter((known) => known.paths.includes(path));
      const taker = here.find(({ name }) => kebab(name) === takers[0]?.name);
      const others = here.filter((one) => one !== taker).flatMap(({ methods }) => methods);
      expect([...(taker?.otherMethods?.[path] ?? [])].toSorted(), path).toEqual(others.toSorted());
    }
  });

  it('all require an API key but those of the site', () => {
    const open = Object.values(routes).filter((route) => !route.private);
    expect(open.map(({ name }) => name).toSorted()).toEqual([
      'deliverImage',
      'getHealth',
      'getOpenapi',
      'getWelcome',
      'showDocs',
      'showGallery',
    ]);
  });

  it('answer preflight requests', () => {
    for (const { name, cors } of events) expect(cors, name).toBe(`\${self:custom.cors}`);
  });

  it('are in the OpenAPI document, each with its methods and its key', () => {
    const Operation = z.looseObject({
      security: z.array(z.record(z.string(), z.unknown())).optional(),
    });
    const { paths } = z
      .object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })
      .parse(openapiDocument({ withAliases: true }));
    for (const { methods, paths: own, private: isPrivate, name } of Object.values(routes)) {
      const [canonical] = own;
      for (const method of methods) {
        const operation = paths[canonical.replace('{file+}', '{file}')]?.[method.toLowerCase()];
        expect(operation, `${name}: ${method} ${canonical}`).toBeDefined();
        const asksForKey = (operation?.security ?? []).some(
          (scheme) => Object.keys(scheme).length > 0,
        );
        expect(asksForKey, `${name}: ${method} ${canonical}`).toBe(isPrivate);
      }
    }
  });
});
