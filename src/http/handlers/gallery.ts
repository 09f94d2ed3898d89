// Routes of the gallery.
import { notFound } from '../../domain/errors.ts';
import type { Gallery } from '../../services/gallery.ts';
import type { ApiRequest, Reply } from '../route.ts';
import { ok, param } from '../route.ts';
import { galleryListView, galleryTemplateView } from '../views/gallery.ts';

/** What these routes touch. */
export interface GalleryHandlerDeps {
  readonly gallery: Gallery;
}

/** `GET /v1/templates` */
export function list(deps: GalleryHandlerDeps): Promise<Reply> {
  return Promise.resolve(ok(galleryListView(deps.gallery)));
}

/** `GET /v1/templates/{name}` */
export function read(deps: GalleryHandlerDeps, request: ApiRequest): Promise<Reply> {
  const name = param(request, 'name');
  const template = deps.gallery.template(name);
  if (template === undefined) throw notFound('template', name);
  return Promise.resolve(ok(galleryTemplateView(template)));
}
