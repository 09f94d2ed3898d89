// The wire form of the gallery.
import type { ExactJsonObject } from '../../domain/json.ts';
import { writeValidator } from '../../domain/webhook-settings.ts';
import type { Gallery, GalleryTemplate } from '../../services/gallery.ts';

/** An entry as `schemas/api/gallery-template.schema.json` describes it; to be written with `writeExact`. */
export function galleryTemplateView(template: GalleryTemplate): ExactJsonObject {
  return {
    name: template.name,
    title: template.title,
    description: template.description,
    schema: template.schema,
    method: template.method,
    url: template.url,
    headers: template.headers.map(({ name, description, example }) => ({ name, description, example })),
    response_validators: template.responseValidators.map(writeValidator),
    notes: template.notes,
    body_template: template.bodyTemplate,
    sample_event: template.sampleEvent,
    expected_body: template.expectedBody,
  };
}

/** All entries, as `gallery-list.schema.json` describes them. There are few: the list has one page. */
export function galleryListView(gallery: Pick<Gallery, 'list'>): ExactJsonObject {
  return { data: gallery.list().map(galleryTemplateView), next_cursor: null };
}
