// The only place that talks to the engine. Paths, parameters and answers are those of
// api/openapi.json: a call that the interface does not know does not compile.
import type { components, paths } from './api'

export type Schema<N extends keyof components['schemas']> = components['schemas'][N]

type Method = 'get' | 'post' | 'put' | 'delete'
type Operation<P extends keyof paths, M extends Method> = NonNullable<paths[P][M]>
type JsonOf<R> = R extends { content: { 'application/json': infer Body } } ? Body : undefined
type Answer<O> = O extends { responses: infer R }
  ? R extends { 200: infer Ok }
    ? JsonOf<Ok>
    : R extends { 201: infer Made }
      ? JsonOf<Made>
      : R extends { 202: infer Begun }
        ? JsonOf<Begun>
        : undefined
  : never
type ParametersOf<O, Where extends 'path' | 'query'> = O extends { parameters: infer P }
  ? Where extends keyof P
    ? Exclude<P[Where], undefined>
    : never
  : never
type BodyOf<O> = O extends { requestBody?: infer B }
  ? NonNullable<B> extends { content: { 'application/json': infer Body } }
    ? Body
    : never
  : never

export interface CallOptions<O> {
  path?: ParametersOf<O, 'path'>
  query?: ParametersOf<O, 'query'>
  body?: BodyOf<O>
  signal?: AbortSignal
}

/** An answer that is not a success: the problem object, or what we know when there was no answer. */
export class CallError extends Error {
  readonly status: number
  readonly code: string
  readonly field: string | undefined
  readonly detail: string | undefined
  readonly retryAfterSeconds: number | undefined

  constructor(problem: Partial<Schema<'Problem'>>, retryAfterSeconds?: number) {
    super(problem.title ?? problem.code ?? 'error')
    this.status = problem.status ?? 0
    this.code = problem.code ?? 'unreachable'
    this.field = problem.field
    this.detail = problem.detail
    this.retryAfterSeconds = retryAfterSeconds
  }
}

// The session's token against forged requests. It lives in memory only: a reload asks the engine again.
let csrf = ''
export function rememberCsrf(token: string): void {
  csrf = token
}

/** '/api/v1/customers/{id}' + { id: 7 } + { limit: 5 } -> '/api/v1/customers/7?limit=5'. */
export function urlOf(
  template: string,
  path: Record<string, unknown> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(String(path[name] ?? '')),
  )
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') search.set(name, String(value))
  }
  const text = search.toString()
  return text === '' ? filled : `${filled}?${text}`
}

async function problemOf(response: Response): Promise<CallError> {
  const wait = Number(response.headers.get('Retry-After'))
  const seconds = Number.isFinite(wait) && wait > 0 ? wait : undefined
  try {
    // A refusal is a problem; /readyz says its reason in a field of its own.
    const problem = (await response.json()) as Partial<Schema<'Problem'>> & { reason?: string }
    return new CallError({ ...problem, code: problem.code ?? 'unexpected', detail: problem.detail ?? problem.reason, status: response.status }, seconds)
  } catch {
    return new CallError({ status: response.status, code: 'unexpected' }, seconds)
  }
}

/** One part of a file, as it is: the only body that is not JSON. */
export async function sendPart(id: string, offset: number, part: Blob, signal?: AbortSignal): Promise<Schema<'Upload'>> {
  let response: Response
  try {
    response = await fetch(urlOf('/api/v1/uploads/{id}', { id }, { offset }), {
      method: 'PUT', credentials: 'same-origin', body: part, signal,
      headers: { Accept: 'application/json', 'X-CSRF-Token': csrf, 'Content-Type': 'application/octet-stream' },
    })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new CallError({ code: 'unreachable' })
  }
  if (!response.ok) throw await problemOf(response)
  return (await response.json()) as Schema<'Upload'>
}

export async function call<P extends keyof paths, M extends Method & keyof paths[P]>(
  method: M,
  template: P,
  options: CallOptions<Operation<P, M>> = {},
): Promise<Answer<Operation<P, M>>> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'get') headers['X-CSRF-Token'] = csrf
  if (options.body !== undefined) headers['Content-Type'] = 'application/json'
  let response: Response
  try {
    response = await fetch(
      urlOf(template, options.path as Record<string, unknown>, options.query as Record<string, unknown>),
      {
        method: method.toUpperCase(),
        headers,
        credentials: 'same-origin',
        body: options.body === undefined ? undefined : JSON.stringify(options.body),
        signal: options.signal,
      },
    )
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new CallError({ code: 'unreachable' })
  }
  if (!response.ok) throw await problemOf(response)
  // The interface says what a success holds; the engine's own tests hold it to that.
  if (response.status === 204) return undefined as Answer<Operation<P, M>>
  return (await response.json()) as Answer<Operation<P, M>>
}

/** The reports that the engine also writes as a table. */
type Tabled = { [P in keyof paths]: paths[P] extends { post: { responses: { 200: { content: { 'text/csv': string } } } } } ? P : never }[keyof paths]

/** What a report shows, as the engine's own table. */
export async function table<P extends Tabled>(template: P, body: BodyOf<Operation<P, 'post'>>): Promise<string> {
  return textOf(template, { method: 'POST', body: JSON.stringify(body), headers: { Accept: 'text/csv', 'X-CSRF-Token': csrf, 'Content-Type': 'application/json' } })
}

/** Those of them that are asked without a body. */
type TabledGot = { [P in keyof paths]: paths[P] extends { get: { responses: { 200: { content: { 'application/json': unknown; 'text/csv': string } } } } } ? P : never }[keyof paths]

export async function tableGot<P extends TabledGot>(template: P, query: ParametersOf<Operation<P, 'get'>, 'query'>): Promise<string> {
  return textOf(urlOf(template, {}, query as Record<string, unknown>), { headers: { Accept: 'text/csv' } })
}

async function textOf(url: string, ask: RequestInit): Promise<string> {
  let response: Response
  try {
    response = await fetch(url, { credentials: 'same-origin', ...ask })
  } catch {
    throw new CallError({ code: 'unreachable' })
  }
  if (!response.ok) throw await problemOf(response)
  return response.text()
}
