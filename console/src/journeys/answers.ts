// What the engine answers on the way of a journey's customers: routes that api/openapi.json does not have yet. Once it has them, this file goes, and Schema<…> takes its place.
import type { Schema } from '../shared/client'

type Left = 'end' | 'goal' | 'control' | 'ended' | 'merged' | 'lost'
export interface Counts {
  in: number
  control: number
  left: number
}
export interface JourneyReport {
  name: string
  state: Schema<'Journey'>['state']
  version: number
  versions: {
    version: number
    entered: number
    in: number
    nodes: { node: string; kind: Schema<'JourneyNode'>['kind']; at: number; visited: number; messages?: Record<'planned' | 'sent' | 'skipped' | 'seen' | 'clicked', number> }[]
    left: Record<Left, number>
  }[]
  treated: number
  control: number
  crossed: number
  silent: number
  open: number
  goal: { metric: string; windowMs: number }
  unitsMin?: number
  currency?: string
  compared: Schema<'CampaignReport'>['metrics']
}
export interface JourneyMembers {
  items: { customer: Schema<'CustomerRow'>; key: string; version: number; entered: string | null; moved: string | null; due: string | null }[]
  next: string | null
}
export interface JourneyInstances {
  items: { journey: string; key: string; version: number; node: string | null; inWait: boolean; left: 'in' | Left; entries: number; entered: string | null; moved: string | null; due: string | null; visited: string[] }[]
}

interface Got<Parameters, Body> {
  get: { parameters: Parameters; responses: { 200: { content: { 'application/json': Body } } } }
  put?: never
  post?: never
  delete?: never
}
declare module '../shared/api' {
  interface paths {
    '/api/v1/journeys/{name}/report': Got<{ path: { name: string } }, JourneyReport>
    '/api/v1/journeys/{name}/members': Got<{ path: { name: string }; query: { node?: string; left?: Left; version?: number; limit?: number; cursor?: string } }, JourneyMembers>
    '/api/v1/journeys/instances': Got<{ query: { userId?: string; customer?: string } }, JourneyInstances>
  }
}
