// The wire form of payload schemas: what "view the payload schema" shows.
import type { ExactJsonObject } from '../../domain/json.ts';
import type { Catalogue, PayloadSchema, SchemaField } from '../../services/catalogue.ts';

/** A payload schema as `schemas/api/schema-view.schema.json` describes it; to be written with `writeExact`. */
export function schemaView(schema: PayloadSchema): ExactJsonObject {
  return {
    ...summary(schema),
    json_schema: schema.jsonSchema,
    fields: schema.fields.map(fieldView),
    samples: schema.samples.map(({ name, event }) => ({ name, event })),
    default_template: schema.defaultTemplate,
  };
}

/** All payload schemas, as `schema-list.schema.json` describes them. There are few: the list has one page. */
export function schemaListView(catalogue: Pick<Catalogue, 'list'>): ExactJsonObject {
  return { data: catalogue.list().map(summary), next_cursor: null };
}

function summary({ name, title, description }: PayloadSchema): ExactJsonObject {
  return { name, title, description };
}

function fieldView(field: SchemaField): ExactJsonObject {
  return {
    path: field.path,
    title: field.title,
    type: field.types,
    required: field.required,
    nullable: field.nullable,
    description: field.description,
    format: field.format ?? null,
    examples: field.examples,
  };
}
