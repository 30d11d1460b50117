import { describe, expect, it } from 'vitest'
import { grouped, isCode, passwordFault } from './account'

describe('account', () => {
  it('groups a secret by four', () => {
    expect(grouped('GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ')).toBe('GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ')
    expect(grouped('')).toBe('')
  })
  it('knows a code', () => {
    expect(['123456', '123 456'].map(isCode)).toEqual([true, true])
    expect(['12345', '1234567', 'abcdef', ''].map(isCode)).toEqual([false, false, false, false])
  })
  it('says what is wrong with a new password', () => {
    expect(passwordFault('short', 'short')).toBe('short')
    expect(passwordFault('long enough', 'long enougH')).toBe('differs')
    expect(passwordFault('八个汉字也够长了', '八个汉字也够长了')).toBeUndefined()
  })
})
