// The templates of `real/`, each with one mistake of the kind that people make: what is said, and where it points.
import assert from 'node:assert/strict';
import { readText } from '../schemas/contract.ts';
import { faultsOf, placesOf } from './harness.ts';

interface Broken {
  readonly mistake: string;
  /** The file in `real/` that is broken, by replacing the one place that reads `from`. */
  readonly base: string;
  readonly from: string;
  readonly to: string;
  /** Everything that is found, as `line:column code`. */
  readonly faults: readonly string[];
  /** The way that leads there, where not all do. */
  readonly when?: readonly string[];
}

const TABLE: readonly Broken[] = [
  {
    mistake: 'a comma between two members is missing',
    base: '09-splunk-hec-flat',
    from: '"user": "{{data.actor_id}}",\n    "action"',
    to: '"user": "{{data.actor_id}}"\n    "action"',
    faults: ['7:5 missing_comma'],
  },
  {
    mistake: 'a comma between two items is missing',
    base: '18-jira-bullet-list',
    from: '}]},\n        {"type": "bulletList"',
    to: '}]}\n        {"type": "bulletList"',
    faults: ['11:9 missing_comma'],
  },
  {
    mistake: 'a comma after a block that is always written is missing',
    base: '31-incident-io-alert',
    from: 'firing{{/unless}}",\n  "metadata"',
    to: 'firing{{/unless}}"\n  "metadata"',
    faults: ['6:3 missing_comma'],
  },
  {
    mistake: 'the comma between the items of a loop is missing',
    base: '15-sentinel-row-for-each-target',
    from: '  {\n    "TimeGenerated": "{{@root.received_at}}",\n    "Flow": "{{@root.data.target_name}}",\n    "Integration": "{{integration_id}}",\n    "ResourceType": "{{resource_type}}",\n    "Permissions": {{permissions}}\n  },',
    to: '  { "TimeGenerated": "{{@root.received_at}}", "Integration": "{{integration_id}}" }',
    faults: ['3:3 missing_comma'],
    when: ['in a later turn of {{#each data.current_target_object.integration_targets}}'],
  },
  {
    mistake: 'the comma is missing only where the other branch is taken',
    base: '04-slack-optional-blocks',
    from: '    {{/if}}\n    {{#if data.previous_target_object}}\n    {',
    to: '    {{else}}{ "type": "divider" }{{/if}}\n    {{#if data.previous_target_object}}\n    {',
    faults: ['11:5 missing_comma'],
    when: ['data.current_target_object is absent', 'data.previous_target_object is present'],
  },
  {
    mistake: 'the comma is missing only where the optional member is there',
    base: '23-cloudevents',
    from: '"time": "{{received_at}}",\n  {{! subject is optional }}\n  {{#if data.target_id}}"subject": "{{data.target_id}}",{{/if}}',
    to: '"time": "{{received_at}}"\n  {{! subject is optional }}\n  {{#if data.target_id}}"subject": "{{data.target_id}}"{{/if}},',
    faults: ['9:25 missing_comma'],
    when: ['data.target_id is present'],
  },
  {
    mistake: 'the comma is missing where the item is filtered in the middle',
    base: '20-opsgenie-responders',
    from: '"{{this}}"{{#unless @last}}, {{/unless}}',
    to: '"{{this}}"{{#if @first}}, {{/if}}',
    faults: ['11:40 missing_comma'],
    when: ['in a later turn of {{#each data.metadata.tags}}'],
  },
  {
    mistake: 'the comma is missing only where there is no address',
    base: '13-elastic-common-schema',
    from: '  },\n  {{#if data.metadata.request_ip}}\n  "source": { "ip": "{{data.metadata.request_ip}}" },\n  {{/if}}\n  "apono"',
    to: '  }\n  {{#if data.metadata.request_ip}}\n  , "source": { "ip": "{{data.metadata.request_ip}}" },\n  {{/if}}\n  "apono"',
    faults: ['13:3 missing_comma'],
    when: ['data.metadata.request_ip is absent'],
  },
  {
    mistake: 'a key is not closed',
    base: '18-jira-bullet-list',
    from: '"summary": "',
    to: '"summary: "',
    faults: ['5:16 missing_colon'],
  },
  {
    mistake: 'a text is not closed',
    base: '16-servicenow-incident',
    from: '{{data.action}}",\n  "description"',
    to: '{{data.action}},\n  "description"',
    faults: ['2:80 unclosed_string'],
  },
  {
    mistake: 'the last text is not closed',
    base: '01-slack-one-line',
    from: '_"}',
    to: '_}',
    faults: ['1:93 unclosed_string'],
  },
  {
    mistake: 'the last brace is missing',
    base: '31-incident-io-alert',
    from: '"event_id": "{{id}}"\n  }\n}\n',
    to: '"event_id": "{{id}}"\n  }\n',
    faults: ['11:4 unclosed_bracket'],
  },
  {
    mistake: 'the last bracket is missing',
    base: '25-newrelic-custom-event',
    from: '{{/each}}}]\n',
    to: '{{/each}}}',
    faults: ['1:174 unclosed_bracket'],
  },
  {
    mistake: 'a brace closes a list',
    base: '20-opsgenie-responders',
    from: '    {{/each}}\n  ],',
    to: '    {{/each}}\n  },',
    faults: ['10:3 wrong_bracket'],
  },
  {
    mistake: 'a list is not closed',
    base: '38-only-some-members',
    from: '{{/unless}}{{/each}}]\n}',
    to: '{{/unless}}{{/each}}\n}',
    faults: ['6:1 wrong_bracket'],
  },
  {
    mistake: 'a bracket too many',
    base: '24-loki-push',
    from: '        [ "{{data.metadata.unix_nano}}", "{{json data}}" ]',
    to: '        [ "{{data.metadata.unix_nano}}", "{{json data}}" ]]]',
    faults: ['6:60 wrong_bracket'],
  },
  {
    mistake: 'a colon is missing',
    base: '07-pagerduty-trigger',
    from: '"source": "{{data.source}}"',
    to: '"source" "{{data.source}}"',
    faults: ['7:14 missing_colon'],
  },
  {
    mistake: 'an equals sign stands for a colon',
    base: '14-elastic-minified-braces',
    from: '"action":"',
    to: '"action"="',
    faults: ['1:19 missing_colon'],
  },
  {
    mistake: 'a value is missing',
    base: '27-github-repository-dispatch',
    from: '"id": {{id}},',
    to: '"id": ,',
    faults: ['4:11 missing_value'],
  },
  {
    mistake: 'a value is missing where there is no object',
    base: '35-with-and-else',
    from: 'null{{/with}},\n  "before"',
    to: '{{/with}},\n  "before"',
    faults: ['3:138 missing_value'],
    when: ['data.current_target_object is absent'],
  },
  {
    mistake: 'a value is missing where the list is empty',
    base: '34-brackets-from-the-loop',
    from: '{{else}}[]{{/each}}\n}',
    to: '{{/each}}\n}',
    faults: ['4:1 missing_value'],
    when: ['data.current_target_object.roles has no entries'],
  },
  {
    mistake: 'a key has no quotes',
    base: '23-cloudevents',
    from: '"time":',
    to: 'time:',
    faults: ['7:3 unquoted_key'],
  },
  {
    mistake: 'a key has single quotes',
    base: '08-pagerduty-change-event',
    from: '"payload":',
    to: "'payload':",
    faults: ['1:51 unquoted_key'],
  },
  {
    mistake: 'a key from the event has no quotes',
    base: '33-tags-with-leading-commas',
    from: '"{{name}}": ',
    to: '{{name}}: ',
    faults: ['6:39 unquoted_key'],
    when: [
      'in an earlier turn of {{#each data.current_target_object.integration_targets}}',
      'in the first turn of {{#each resource_tag_includes}}',
    ],
  },
  {
    mistake: 'a value has single quotes',
    base: '08-pagerduty-change-event',
    from: '"source":"{{data.source}}"',
    to: '"source":\'{{data.source}}\'',
    faults: ['1:171 invalid_literal'],
  },
  {
    mistake: 'a value is the word True',
    base: '05-teams-message-card',
    from: '"markdown": true',
    to: '"markdown": True',
    faults: ['21:21 invalid_literal'],
  },
  {
    mistake: 'a value is the word None',
    base: '21-discord-embed',
    from: '"content": null',
    to: '"content": None',
    faults: ['2:14 invalid_literal'],
  },
  {
    mistake: 'a number begins with a zero',
    base: '16-servicenow-incident',
    from: '"impact": 3',
    to: '"impact": 03',
    faults: ['5:13 invalid_literal'],
  },
  {
    mistake: 'a text has no quotes',
    base: '27-github-repository-dispatch',
    from: '"access-change"',
    to: 'access-change',
    faults: ['2:17 invalid_literal'],
  },
  {
    mistake: 'a semicolon stands after the end',
    base: '22-google-chat-text',
    from: '{{data.target_id}}" } }',
    to: '{{data.target_id}}" } };',
    faults: ['1:211 more_text'],
  },
  {
    mistake: 'a second document follows on the next line',
    base: '10-splunk-hec-data-as-it-is',
    from: '{{data}}}}',
    to: '{{data}}}}\n{"event":{"type":"{{event_type}}"}}',
    faults: ['2:1 more_text'],
  },
  {
    mistake: 'a comma stands after the end',
    base: '23-cloudevents',
    from: '"data": {{data}}\n}',
    to: '"data": {{data}}\n},',
    faults: ['11:2 unexpected_comma'],
  },
  {
    mistake: 'a quote stands in the text',
    base: '26-zendesk-ticket',
    from: 'Access change: {{data.target_name}}',
    to: 'Access change: "{{data.target_name}}"',
    faults: ['3:33 misplaced_slot'],
  },
  {
    mistake: 'a quoted word stands in the text',
    base: '06-teams-adaptive-card',
    from: 'New {{ event_type }} from',
    to: 'New "important" {{ event_type }} from',
    faults: ['11:48 missing_comma'],
  },
  {
    mistake: 'quotes of the inner JSON are not escaped',
    base: '17-servicenow-fields-in-a-string',
    from: '\\"actor\\"',
    to: '"actor"',
    faults: ['3:71 missing_comma'],
  },
  {
    mistake: 'a comment of another language',
    base: '12-datadog-event',
    from: '  "aggregation_key"',
    to: '  // one for each object\n  "aggregation_key"',
    faults: ['5:3 unquoted_key'],
  },
  {
    mistake: 'digits are joined on to a number',
    base: '16-servicenow-incident',
    from: '"impact": 3',
    to: '"impact": {{data.metadata.seconds}}000',
    faults: ['5:38 misplaced_slot'],
  },
  {
    mistake: 'a placeholder is joined on to a number',
    base: '16-servicenow-incident',
    from: '"impact": 3',
    to: '"impact": 1{{data.metadata.impact}}',
    faults: ['5:14 misplaced_slot'],
  },
  {
    mistake: 'two placeholders in a row',
    base: '27-github-repository-dispatch',
    from: '{{event_type}}',
    to: '{{event_type}} {{data.action}}',
    faults: ['5:28 misplaced_slot'],
  },
  {
    mistake: 'a member stands twice',
    base: '09-splunk-hec-flat',
    from: '"status": "success"',
    to: '"action": "{{data.action}}"',
    faults: ['12:5 duplicate_key'],
  },
  {
    mistake: 'an if is never closed',
    base: '13-elastic-common-schema',
    from: '{{#if data.actor_id}}"email": "{{data.actor_id}}",{{/if}}',
    to: '{{#if data.actor_id}}"email": "{{data.actor_id}}",',
    faults: ['6:5 unclosed_block'],
  },
  {
    mistake: 'an each is closed as an if',
    base: '28-gitlab-issue',
    from: '\\n{{/each}}"',
    to: '\\n{{/if}}"',
    faults: ['1:163 unclosed_block', '1:224 unopened_block'],
  },
  {
    mistake: 'an end of a block too many',
    base: '37-optional-members-minified',
    from: '{{data.metadata}}{{/if}}',
    to: '{{data.metadata}}{{/if}}{{/if}}',
    faults: ['1:265 unopened_block'],
  },
  {
    mistake: 'a helper of another engine',
    base: '40-apono-default',
    from: '"{{data.action}}"',
    to: '"{{capitalise_words data.action}}"',
    faults: ['6:16 unknown_helper'],
  },
  {
    mistake: 'a tag has one brace too few',
    base: '01-slack-one-line',
    from: '{{data.action}}',
    to: '{{data.action}',
    faults: ['1:33 unclosed_tag'],
  },
  {
    mistake: 'a block of another engine',
    base: '28-gitlab-issue',
    from: '{{#each data.current_target_object}}| {{@key}} | {{this}} |\\n{{/each}}',
    to: '{{#for data.current_target_object}}| {{@key}} |\\n{{/for}}',
    faults: ['1:163 unknown_block'],
  },
  {
    mistake: 'a partial',
    base: '04-slack-optional-blocks',
    from: '{ "type": "header"',
    to: '{{> header}} { "type": "header"',
    faults: ['5:5 partial'],
  },
  {
    mistake: 'no body where neither object is there',
    base: '39-three-bodies',
    from: '{{else}}\n{ "op": "note", "text": "{{data.actor_name}} {{data.action}}" }\n{{/if}}\n',
    to: '{{/if}}\n',
    faults: ['9:8 no_body'],
    when: ['data.current_target_object is absent', 'data.previous_target_object is absent'],
  },
  {
    mistake: 'a text opens in one block and closes in another',
    base: '02-slack-attachment-minified',
    from: '{{#if data.current_target_object.active}}good{{else}}danger{{/if}}","title"',
    to: '{{#if data.current_target_object.active}}good"{{else}}danger{{/if}},"title"',
    faults: ['1:115 missing_comma'],
    when: ['data.current_target_object.active is absent'],
  },
  {
    mistake: 'the bulk format, one JSON text a line',
    base: '46-elastic-bulk-as-an-array',
    from: '[\n  { "index": { "_index": "audit-{{formatDate event_time "YYYY.MM"}}", "_id": "{{id}}" } },\n  {',
    to: '{ "index": { "_index": "audit", "_id": "{{id}}" } }\n{{data}}\n{',
    faults: ['2:1 more_text'],
  },
  {
    mistake: 'a brace is opened only sometimes',
    base: '13-elastic-common-schema',
    from: '"source": { "ip": "{{data.metadata.request_ip}}" },\n  {{/if}}',
    to: '"source": {{/if}}{ "ip": "{{data.metadata.request_ip}}" },\n',
    faults: ['11:20 unquoted_key'],
    when: ['data.metadata.request_ip is absent'],
  },
];

describe('templates that people really write, with one mistake', () => {
  for (const { mistake, base, from, to, faults, when = [] } of TABLE) {
    it(`${mistake} (${base})`, () => {
      const whole = readText(`test/templates/real/${base}.hbs`);
      assert.equal(whole.split(from).length, 2, 'the place to break stands there once');
      const broken = whole.replace(from, () => to);
      assert.deepEqual(placesOf(broken), faults);
      const found = faultsOf(broken);
      assert.deepEqual(
        found.flatMap((fault) => fault.when ?? []),
        when,
      );
      for (const { detail, hint } of found)
        for (const said of [detail, hint ?? '']) assert.match(said, /^\S.+[.)\]}]$/);
    });
  }

  it('are of every kind', () => {
    assert.ok(TABLE.length >= 25);
    assert.ok(new Set(TABLE.map(({ base }) => base)).size >= 25);
  });
});
