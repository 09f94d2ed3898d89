// What Handlebars' nodes are: guards for the tree of a library whose types promise more than its parser gives.

/** Whether a node is a path. */
export function isPath(node: hbs.AST.Node): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}

/** Whether a path is one bare name. */
export function isSimple(path: hbs.AST.PathExpression): boolean {
  return !path.data && path.depth === 0 && path.parts.length === 1 && path.parts[0] === path.original;
}

/** Whether a node is a call in parentheses. */
export function isSubExpression(node: hbs.AST.Node): node is hbs.AST.SubExpression {
  return node.type === 'SubExpression';
}

/** Whether a node is text in quotes. */
export function isText(node: hbs.AST.Node): node is hbs.AST.StringLiteral {
  return node.type === 'StringLiteral';
}

/** Whether a node is `true` or `false`. */
export function isBoolean(node: hbs.AST.Node): node is hbs.AST.BooleanLiteral {
  return node.type === 'BooleanLiteral';
}

/** Whether a node is a number. */
export function isNumber(node: hbs.AST.Node): node is hbs.AST.NumberLiteral {
  return node.type === 'NumberLiteral';
}

/** The named options of a tag. The library's types promise them always; its parser leaves them out. */
export function hashOf(node: { readonly hash: hbs.AST.Hash | undefined }): hbs.AST.Hash | undefined {
  return node.hash;
}
