// An expression as the engine draws it (src/lang/cel_tree.h): one object a node, with one key that says what it is.
export type Node = { [key: string]: unknown }

export const value = (is: string | number | boolean): Node => ({ value: is })
/** A number that has a fraction somewhere: 2 stands for 2.0. */
export const decimal = (is: number): Node => (Number.isInteger(is) ? { double: is } : { value: is })
export const name = (is: string): Node => ({ name: is })
export const field = (of: Node, is: string): Node => ({ field: is, of })
export const call = (is: string, ...args: Node[]): Node => ({ call: is, args })
export const callOn = (on: Node, is: string, ...args: Node[]): Node => ({ call: is, on, args })
export const op = (sign: string, ...args: Node[]): Node => ({ op: sign, args })
export const macro = (on: Node, is: string, variable: string, condition: Node): Node => ({ macro: is, on, vars: [variable], args: [condition] })
export const list = (items: Node[]): Node => ({ list: items })

/** "customer.orders.last" as nodes. */
export const path = (text: string): Node => {
  const [first = '', ...rest] = text.split('.')
  return rest.reduce((of, one) => field(of, one), name(first))
}

const isNode = (it: unknown): it is Node => typeof it === 'object' && it !== null && !Array.isArray(it)
const nodes = (it: unknown): Node[] => (Array.isArray(it) ? it.filter(isNode) : [])

/** The names of a chain of plain fields: "customer.orders.last"; undefined for anything else. */
export function pathOf(node: Node | undefined): string | undefined {
  if (node === undefined) return undefined
  if (typeof node.name === 'string') return node.name
  if (typeof node.field !== 'string' || node.optional === true || node.quoted === true || !isNode(node.of)) return undefined
  const of = pathOf(node.of)
  return of === undefined ? undefined : `${of}.${node.field}`
}

export type Literal = string | number | boolean

export function literalOf(node: Node | undefined): Literal | undefined {
  if (node === undefined) return undefined
  if (typeof node.double === 'number') return node.double
  if (typeof node.value === 'string' || typeof node.value === 'number' || typeof node.value === 'boolean') return node.value
  // A minus before a number is an operator.
  const [inner] = argsOf(node)
  const number = node.op === '-' && argsOf(node).length === 1 ? literalOf(inner) : undefined
  return typeof number === 'number' ? -number : undefined
}

export const textOf = (node: Node | undefined): string | undefined => {
  const is = literalOf(node)
  return typeof is === 'string' ? is : undefined
}
export const numberOf = (node: Node | undefined): number | undefined => {
  const is = literalOf(node)
  return typeof is === 'number' ? is : undefined
}

export const argsOf = (node: Node | undefined): Node[] => nodes(node?.args)
export const listOf = (node: Node | undefined): Node[] | undefined => (Array.isArray(node?.list) ? nodes(node.list) : undefined)
export const onOf = (node: Node | undefined): Node | undefined => (isNode(node?.on) ? node.on : undefined)
export const ofOf = (node: Node | undefined): Node | undefined => (isNode(node?.of) ? node.of : undefined)

/** A name that may stand behind a dot. */
export const isPlainName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text) && !['true', 'false', 'null', 'in'].includes(text)
