// What the audit page works out by itself: words for what was done, who did it, what it was done to, how it ended. Pure, for tests.
import type { Schema } from '../shared/client'

export type Line = Schema<'AuditLine'>
export type Head = Schema<'AuditHead'>

/** Method and route, as a line names them, to a key of audit.acts; what is not here is shown as it stands. */
export const acts: Readonly<Record<string, string>> = {
  'POST /api/v1/login': 'login',
  'POST /api/v1/logout': 'logout',
  'GET /api/v1/customers': 'customerFind',
  'GET /api/v1/customers/{}': 'customerRead',
  'GET /api/v1/customers/{}/events': 'customerEvents',
  'GET /api/v1/customers/{}/portrait': 'customerPortrait',
  'GET /api/v1/customers/{}/predictions': 'customerPredictions',
  'GET /api/v1/customers/{}/identity': 'customerIdentity',
  'GET /api/v1/customers/{}/segments': 'customerSegments',
  'GET /api/v1/customers/{}/feedback': 'customerFeedback',
  'GET /api/v1/customers/{}/tags': 'customerTags',
  'PUT /api/v1/customers/{}/tags/{}': 'customerTagSet',
  'DELETE /api/v1/customers/{}/tags/{}': 'customerTagDrop',
  'POST /api/v1/customers/{}/unmerge': 'customerUnmerge',
  'GET /api/v1/events': 'eventsRead',
  'GET /api/v1/events/{}': 'eventRead',
  'POST /api/v1/preview': 'preview',
  'GET /api/v1/erasures': 'erasureList',
  'GET /api/v1/erasures/{}': 'erasureReceipt',
  'POST /api/v1/erasures': 'erase',
  'GET /api/v1/export/events': 'exportEvents',
  'GET /api/v1/export/interactions': 'exportInteractions',
  'PUT /api/v1/segments/{}': 'segmentSet',
  'DELETE /api/v1/segments/{}': 'segmentDrop',
  'GET /api/v1/segments/{}/members': 'segmentMembers',
  'POST /api/v1/segments/{}/list': 'segmentList',
  'PUT /api/v1/tags/{}': 'tagSet',
  'DELETE /api/v1/tags/{}': 'tagDrop',
  'POST /api/v1/tags/import': 'tagImport',
  'PUT /api/v1/placements/{}': 'placementSet',
  'DELETE /api/v1/placements/{}': 'placementDrop',
  'POST /api/v1/placements/preview': 'placementPreview',
  'PUT /api/v1/experiments/{}': 'experimentSet',
  'PUT /api/v1/experiments/{}/state': 'experimentState',
  'DELETE /api/v1/experiments/{}': 'experimentDrop',
  'GET /api/v1/experiments/{}/exposed': 'experimentExposed',
  'PUT /api/v1/metrics/{}': 'metricSet',
  'DELETE /api/v1/metrics/{}': 'metricDrop',
  'PUT /api/v1/computed-traits/{}': 'traitSet',
  'DELETE /api/v1/computed-traits/{}': 'traitDrop',
  'POST /api/v1/models/train': 'modelTrain',
  'POST /api/v1/models/{}/deploy': 'modelDeploy',
  'POST /api/v1/models/off': 'modelOff',
  'PUT /api/v1/models/automatic': 'modelAutomatic',
  'POST /api/v1/predictions/train': 'predictionTrain',
  'POST /api/v1/items': 'itemsSet',
  'PUT /api/v1/items/{}': 'itemSet',
  'POST /api/v1/uploads': 'uploadNew',
  'POST /api/v1/uploads/{}/import': 'uploadImport',
  'POST /api/v1/imports/{}/undo': 'importUndo',
  'GET /api/v1/deadletters': 'letters',
  'GET /api/v1/deadletters/{}': 'letterRead',
  'POST /api/v1/deadletters/replay': 'lettersReplay',
  'POST /api/v1/deadletters/{}/replay': 'letterReplay',
  'POST /api/v1/deadletters/{}/discard': 'letterDiscard',
  'GET /api/v1/quality/samples': 'qualitySamples',
  'POST /api/v1/quality/true': 'qualityTrue',
  'PUT /api/v1/tracking-plan': 'planSet',
  'PUT /api/v1/identity': 'identitySet',
  'PUT /api/v1/weather': 'weatherSet',
  'PUT /api/v1/calendar': 'calendarSet',
  'POST /api/v1/sources': 'sourceNew',
  'PUT /api/v1/sources/{}/limit': 'sourceLimit',
  'PUT /api/v1/sources/{}/secret': 'sourceSecret',
  'PUT /api/v1/sources/{}/debugger': 'sourceDebugger',
  'POST /api/v1/keys': 'keyNew',
  'DELETE /api/v1/keys/{}': 'keyRevoke',
  'POST /api/v1/users': 'userNew',
  'PUT /api/v1/users/{}/password': 'userPassword',
  'PUT /api/v1/views/{}': 'viewSet',
  'DELETE /api/v1/views/{}': 'viewDrop',
  'GET /api/v1/audit': 'auditRead',
  'GET /api/v1/audit/head': 'auditHead',
  'POST /api/v1/backups': 'backup',
  'POST /api/v1/check': 'check',
  'POST /api/v1/decisions/replay': 'decisionsReplay',
}

/** Who may stand in a line, by the name that a person knows. */
export type Names = ReadonlyMap<string, string>

/** What somebody typed as who: a name that is known, in any case, or what a line says. */
export function byOf(text: string, names: Names): string {
  const wanted = text.trim().toLowerCase()
  const found = [...names].find(([by, name]) => by.toLowerCase() === wanted || name.toLowerCase() === wanted)
  return found === undefined ? text.trim() : found[0]
}

/** What it was done to. In a customer's route the first part is a hash of the id in the address: the customer's own says more. */
export function thingOf(line: Line): { customer: string | undefined; customers: number; what: string } {
  const what = line.what ?? ''
  const named = line.did.includes(' /api/v1/customers/{}') ? what.split('/').slice(1).join('/') : what
  return { customer: line.customer, customers: line.customers ?? 0, what: named }
}

const HASH_SHOWN = 8 // enough to see that two lines are of the same one
export const shortHash = (hash: string): string => hash.slice(0, HASH_SHOWN)

export function endOf(status: number): 'done' | 'refused' | 'failed' {
  if (status < 400) return 'done'
  return status === 401 || status === 403 ? 'refused' : 'failed'
}

/** The file of a head, and the command that holds the audit against it. */
export const headFile = (lines: number): string => `audit-head-${lines}.json`
export const verifyCommand = (file: string): string => `zhun audit verify --data ./zhun-data --head ${file}`
