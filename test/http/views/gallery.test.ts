import assert from 'node:assert/strict';
import { writeExact } from '../../../src/domain/json.ts';
import { galleryListView, galleryTemplateView } from '../../../src/http/views/gallery.ts';
import { readProductFiles } from '../../../src/product-files.ts';
import { createGallery } from '../../../src/services/gallery.ts';
import { exact } from '../../schemas/contract.ts';
import { assertView } from './assert-view.ts';

const gallery = createGallery({ names: ['audit'] }, readProductFiles().gallery);

describe('galleryTemplateView', () => {
  for (const template of gallery.list()) {
    it(`fits its schema for ${template.name}, also after a trip over the wire`, () => {
      const view = galleryTemplateView(template);
      assertView('gallery-template', view);
      assertView('gallery-template', exact(writeExact(view)));
    });
  }
});

describe('galleryListView', () => {
  it('fits its schema, and has one page', () => {
    const view = galleryListView(gallery);
    assertView('gallery-list', view);
    assert.equal(view['next_cursor'], null);
  });
});
