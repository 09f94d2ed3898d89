// Routes of the gallery.
import * as gallery from '../handlers/gallery.ts';
import { success, table } from './table.ts';

/** The routes of body templates to start from. */
export const GALLERY = table<gallery.GalleryHandlerDeps>([
  {
    id: 'listTemplates',
    method: 'get',
    path: '/v1/templates',
    permission: 'schemas:read',
    tag: 'Templates',
    summary: 'List the gallery of body templates',
    success: success('gallery-list', 'All of them.'),
    handler: gallery.list,
  },
  {
    id: 'readTemplate',
    method: 'get',
    path: '/v1/templates/{name}',
    permission: 'schemas:read',
    tag: 'Templates',
    summary: 'Read a body template of the gallery',
    success: success('gallery-template', 'The template.'),
    handler: gallery.read,
  },
]);
