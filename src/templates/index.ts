// What the rest of the engine may use of the templates.
export { createTemplateCache } from './cache.ts';
export type { TemplateCache } from './cache.ts';
export { checkTemplate } from './checking/check.ts';
export type { PlaceholderReport, TemplateReport } from './checking/check.ts';
export { createChecker } from './checking/checker.ts';
export type { Checker, CheckTask, PayloadTexts } from './checking/checker.ts';
export type { RenderedSample } from './checking/samples.ts';
export type { Comparison } from './checking/trial.ts';
export { compilePlan, compileTemplate } from './compile.ts';
export type { CompiledTemplate, CompileResult } from './compile.ts';
export { contextOf, standInEvent } from './context.ts';
export type { TemplateContext } from './context.ts';
export { FINDING_CODES, TEMPLATE_POINTER, WARNING_CODES } from './findings.ts';
export { planTemplate } from './plan.ts';
export type { PlanResult, TemplatePlan } from './plan.ts';
export { renderTemplate } from './render.ts';
export type { RenderFault, RenderResult } from './render.ts';
