// People who work here, and what their roles let them do, as the engine tells it.
import type { Schema } from '../shared/client'

export type User = Schema<'User'>
export type Role = Schema<'Role'>
export type Table = Schema<'RoleTable'>

/** Who may sign in before who may not, the newest sign-in first. */
export function listed(people: readonly User[]): User[] {
  const seen = (one: User) => (one.lastLoginAt === null ? 0 : Date.parse(one.lastLoginAt))
  return [...people].sort((a, b) => Number(a.state === 'off') - Number(b.state === 'off') || seen(b) - seen(a) || a.name.localeCompare(b.name))
}

/** The roles that who is signed in may give. */
export const givable = (table: Table | undefined): Role[] => (table?.items ?? []).filter((one) => one.mayGive).map((one) => one.role)

/** A row a right, a mark a role. */
export function grid(table: Table): { right: Schema<'Right'>; has: boolean[] }[] {
  return table.rights.map((right) => ({ right, has: table.items.map((one) => one.rights.includes(right)) }))
}
