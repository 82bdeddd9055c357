/**
 * From where libheif-js is looked up at run time, as Node looks up packages: from here. A bundle
 * that lies outside the project names the project instead (infra/deploy/bundle.ts).
 */
export const libheifPlace: string = import.meta.url;
