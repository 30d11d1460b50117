// The second factor of the one who is signed in: real codes of a real secret.
import { createHmac, randomBytes } from 'node:crypto'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
let factor // { secret, since, codes, last }

/** RFC 6238, SHA-1. */
export function codeAt(secret, step) {
  const bits = [...secret].map((one) => letters.indexOf(one).toString(2).padStart(5, '0')).join('')
  const bytes = Buffer.from(bits.match(/.{8}/g).map((one) => parseInt(one, 2)))
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const mac = createHmac('sha1', bytes).update(counter).digest()
  const at = mac[19] & 15
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

const now = () => Math.floor(Date.now() / 30_000)

function takes(secret, code, last) {
  const step = [now() - 1, now(), now() + 1].find((one) => one > last && codeAt(secret, one) === code)
  return step ?? -1
}

/** The code of the refusal of a login whose password is right, or undefined. */
export function wantsCode(code) {
  if (factor === undefined) return undefined
  if (code === '') return 'second_factor_needed'
  const step = takes(factor.secret, code, factor.last)
  if (step >= 0) return void (factor.last = step)
  const at = factor.codes.indexOf(code.toLowerCase())
  if (at < 0) return 'second_factor_wrong'
  factor.codes.splice(at, 1)
  return undefined
}

/** The answer of a path; null: done, nothing to say; undefined: another's. */
export function answerAccount(method, path, body, password, problem) {
  if (path === '/api/v1/second-factor' && method === 'GET') return { on: factor !== undefined, since: factor?.since ?? null, recoveryCodes: factor?.codes.length ?? 0 }
  if (path === '/api/v1/second-factor' && method === 'POST') {
    const secret = [...randomBytes(32)].map((one) => letters[one & 31]).join('')
    return { secret, uri: `otpauth://totp/zhun:admin?secret=${secret}&issuer=zhun` }
  }
  if (!path.startsWith('/api/v1/second-factor') && path !== '/api/v1/users/admin/password') return undefined
  if (body?.current !== password) return problem(400, 'bad_field', 'the current password is wrong', 'current')
  if (path === '/api/v1/users/admin/password') return null
  if (path === '/api/v1/second-factor/off') return void (factor = undefined) ?? null
  const last = takes(body.secret, body.code, -1)
  if (last < 0) return problem(400, 'bad_field', 'this is not the code that the app shows now', 'code')
  factor = { secret: body.secret, since: new Date().toISOString(), last, codes: Array.from({ length: 10 }, (_, i) => `abcd${i}-efgh${i}`) }
  return { recoveryCodes: [...factor.codes] }
}
