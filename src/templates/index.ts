// What the rest of the engine may use of the templates.
export { createTemplateCache } from './cache.ts';
export type { TemplateCache } from './cache.ts';
export { compilePlan, compileTemplate } from './compile.ts';
export type { CompiledTemplate, CompileResult } from './compile.ts';
export { FINDING_CODES, TEMPLATE_POINTER, WARNING_CODES } from './findings.ts';
export { planTemplate } from './plan.ts';
export type { PlanResult, TemplatePlan } from './plan.ts';
export { renderTemplate } from './render.ts';
export type { RenderFault, RenderResult, TemplateContext } from './render.ts';
export { trialFaults } from './trial.ts';
export type { Trial } from './trial.ts';
