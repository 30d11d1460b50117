import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Schema } from '../shared/client'
import { mayAct, mayApprove, mayDefine, maySeeContact, maySeeCustomers, maySeeTotals } from './rights'

// The engine's own table, so that the two cannot part.
const table = readFileSync(new URL('../../../src/guard/role.c', import.meta.url), 'utf8')
const rightsOf = new Map([...table.matchAll(/\[ZH_ROLE_(\w+)\] = (ZH_RIGHT[^,]+),/g)].map((row) => [(row[1] ?? '').toLowerCase() as Schema<'Role'>, row[2] ?? '']))

describe('rights', () => {
  it('are those of the engine', () => {
    expect(rightsOf.size).toBeGreaterThanOrEqual(8)
    for (const [role, rights] of rightsOf) {
      expect(mayDefine(role), role).toBe(/EDIT_DEFINITIONS/.test(rights))
      expect(mayApprove(role), role).toBe(/RIGHT_APPROVE/.test(rights))
      expect(['approve', 'reject', 'pause'].map((act) => mayAct(role, act)), role).toEqual([/RIGHT_APPROVE/, /RIGHT_APPROVE/, /EDIT_DEFINITIONS/].map((right) => right.test(rights)))
      expect(maySeeContact(role), role).toBe(/VIEW_CONTACT/.test(rights))
      expect(maySeeCustomers(role), role).toBe(/VIEW_CUSTOMER/.test(rights))
      expect(maySeeTotals(role), role).toBe(/VIEW_TOTALS/.test(rights))
    }
  })
  it('are none before anybody is known', () => expect([mayDefine(undefined), maySeeCustomers(undefined), maySeeTotals(undefined)]).toEqual([false, false, false]))
})
