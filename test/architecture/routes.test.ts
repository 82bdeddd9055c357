import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openapiDocument } from '#lib/http/openapi.ts';
import { allPaths, type Route } from '#lib/http/route.ts';
import { routes } from '#lib/http/routes.ts';
import { functions } from './template.ts';

/** `GET /api/images/{image_id} of get-image, with a key` */
const lineOf = (method: string, path: string, name: string, isPrivate: boolean) =>
  `${method.toUpperCase()} /${path.replace(/^\//, '')} of ${name}${isPrivate ? ', with a key' : ''}`;

const kebab = (name: string) => name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const declared = functions
  .flatMap(([name, { events }]) =>
    events.flatMap(({ http }) =>
      http ? [lineOf(http.method, http.path, name, http.private)] : [],
    ),
  )
  .filter((line) => !line.includes('{proxy+}'));

describe('the routes', () => {
  it('are those that serverless.yml sends to the functions of their names', () => {
    const promised = Object.values<Route>(routes).flatMap((route) =>
      route.methods.flatMap((method) =>
        allPaths(route).map((path) => lineOf(method, path, kebab(route.name), route.private)),
      ),
    );
    expect(declared.toSorted()).toEqual(promised.toSorted());
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
    for (const [name, { events }] of functions)
      for (const { http } of events) if (http) expect(http.cors, name).toBe(`\${self:custom.cors}`);
  });

  it('are in the OpenAPI document, each with its methods and its key', () => {
    const Operation = z.looseObject({
      security: z.array(z.record(z.string(), z.unknown())).optional(),
    });
    const { paths } = z
      .object({ paths: z.record(z.string(), z.record(z.string(), Operation)) })
      .parse(openapiDocument());
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
