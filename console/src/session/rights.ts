// What a role may do here, so that nobody is offered what the engine would refuse. The engine decides; this only draws.
import type { Schema } from '../shared/client'

type Role = Schema<'Role'>

const define: readonly Role[] = ['owner', 'admin', 'marketer']
const customers: readonly Role[] = ['owner', 'support', 'privacy_officer']

/** Segments, placements, settings. */
export const mayDefine = (role: Role | undefined): boolean => role !== undefined && define.includes(role)

/** Let run, or send back, what another wrote. */
export const mayApprove = (role: Role | undefined): boolean => mayDefine(role) || role === 'approver'

/** One step in the life of a campaign or journey. */
export const mayAct = (role: Role | undefined, act: string): boolean => (act === 'approve' || act === 'reject' ? mayApprove(role) : mayDefine(role))

/** Who one customer is. */
export const maySeeCustomers = (role: Role | undefined): boolean => role !== undefined && customers.includes(role)

/** Contact in clear, with a purpose. */
export const maySeeContact = (role: Role | undefined): boolean => role === 'owner' || role === 'privacy_officer'

/** Forget a customer, and see who was forgotten. */
export const mayErase = (role: Role | undefined): boolean => role === 'owner' || role === 'privacy_officer'

/** Read who looked at or changed what. */
export const mayReadAudit = (role: Role | undefined): boolean => role === 'owner' || role === 'privacy_officer' || role === 'auditor'

/** See and change who may sign in, and which keys there are. */
export const mayManageUsers = (role: Role | undefined): boolean => role === 'owner' || role === 'admin'
export const mayManageKeys = (role: Role | undefined): boolean => role === 'owner' || role === 'admin' || role === 'developer'

/** Counts over many customers. */
export const maySeeTotals = (role: Role | undefined): boolean => role !== undefined && role !== 'support'
