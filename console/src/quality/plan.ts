// A rule as the schema suggests it: what every event had is required, of the types that came.
import type { Schema } from '../shared/client'

type Event = Schema<'PlanEvent'>
type Type = Schema<'PlanRuleProperty'>['types'][number]
const types: readonly Type[] = ['none', 'bool', 'number', 'digits', 'text', 'object', 'array']

export function ruleOf(event: Pick<Event, 'count' | 'properties'>, onViolation: 'mark' | 'reject'): Schema<'PlanRule'> {
  return {
    locked: true,
    onViolation,
    closed: false,
    properties: event.properties.map((one) => {
      const seen = types.filter((type) => (one.types[type] ?? 0) > 0)
      const given = seen.reduce((sum, type) => sum + (type === 'none' ? 0 : (one.types[type] ?? 0)), 0)
      return { name: one.name, types: seen.length > 0 ? seen : ['text'], required: given === event.count }
    }),
  }
}
